//! Why a field has its value.

use stories::SandboxCompany;
use stories::program::ProgramCommand;
use tempfile::tempdir;

use super::{explain_title, run_command, run_sweep};

#[tokio::test(flavor = "multi_thread")]
async fn why_explains_lost_values_refusals_and_unknown_names() {
    let dingtalk = SandboxCompany::start(30, 6, 95).await;
    let home = tempdir().unwrap();
    let data = home.path();
    run_sweep(&dingtalk, data, 0).await;
    let person = dingtalk.bystander(&[]).await;
    // DingTalk decides: an edit in the eHR loses and is kept in the journal.
    run_command(
        data,
        &["ehr", "change", &person.job_number, "--title", "手改"],
        0,
    )
    .await;
    run_sweep(&dingtalk, data, 0).await;
    let told = explain_title(data, &person.userid).await;
    assert_eq!(
        (&told["lost"], &told["owner"]),
        (&"手改".into(), &"ding_talk".into()),
        "{told}"
    );
    assert_eq!(
        (&told["after"], &told["conflict"]),
        (&person.title.as_str().into(), &false.into()),
        "{told}"
    );
    let up = ProgramCommand::without_arguments().args([
        "why",
        &person.userid,
        "title",
        "--data",
        data.to_str().expect("UTF-8"),
    ]);
    let ran = up.run_to_end().await;
    let [sentence] = &ran.stdout[..] else {
        panic!("not one sentence: {:?}", ran.stdout)
    };
    for word in [
        "手改",
        &person.title,
        &person.name,
        "钉钉",
        told["run"].as_str().expect("a run"),
    ] {
        assert!(sentence.contains(word), "{word} is not in {sentence}");
    }
    let shown = run_command(data, &["journal", "show", &person.userid], 0).await;
    let changes = shown["history"]["changes"].as_array().expect("a list");
    assert_eq!(changes[0], told, "newest first");
    assert!(
        changes
            .iter()
            .any(|one| one["action"] == "create" && one["field"] == "name"),
        "{shown}"
    );
    let nobody = run_command(data, &["why", "nobody-at-all", "title"], 1).await;
    assert_eq!(nobody["error"]["code"]["record"], "nobody", "{nobody}");
}
