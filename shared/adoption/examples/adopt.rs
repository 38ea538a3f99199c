//! Figures of the matching for one generated company: `cargo run -p adoption --features generator --example adopt -- 1000 7`
//! (people, seed). Without a seed a random one is taken and printed.

use std::io::Write as _;

use adoption::generated::judgement::judge_links;
use adoption::generated::{CompanyShape, generate_company};
use adoption::{MatchDecision, MatchVerdict, match_departments, match_people, settle_matches};
use directory::Timestamp;
use directory::hash::HashKey;

fn main() -> std::io::Result<()> {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<u64>());
    let people = numbers.next().and_then(Result::ok).unwrap_or(1000);
    let people = usize::try_from(people).unwrap_or(1000);
    let seed = numbers.next().and_then(Result::ok);
    let seed = seed.unwrap_or_else(|| fastrand::u64(..1_000_000));
    let mut out = std::io::stdout();
    for job_numbers in [true, false] {
        let company = generate_company(&CompanyShape::usual(people, job_numbers), seed);
        let departments =
            match_departments(&company.dingtalk_departments, &company.ehr_departments);
        let key = HashKey::new([9; 32]);
        let report = match_people(&key, &company.dingtalk, &company.ehr, &departments);
        let decide = |(class, matches): (&adoption::MatchClass, &Vec<adoption::PersonMatch>)| {
            let by = ("bench", Timestamp(0));
            MatchDecision::about("class", MatchVerdict::SamePerson, Some(*class), matches, by)
        };
        let decisions: Vec<MatchDecision> = report.likely.iter().map(decide).collect();
        let plan = settle_matches(&report, &decisions);
        let judgement = judge_links(&company, &report, &plan);
        let holds = judgement.holds(people);
        writeln!(
            out,
            "seed {seed}, {people} people, job numbers {job_numbers}: {judgement:?}, holds: {holds}"
        )?;
    }
    Ok(())
}
