//! What others check, each from a virtual environment of its own.

use crate::outcome::{Outcome, of_program};
use crate::program::Program;
use crate::project::Project;
use crate::template::TEMPLATE_PATH;
use crate::venv::Tool;

const CFN_LINT: Tool = Tool {
    program: "cfn-lint",
    packages: &["cfn-lint==1.58.0"],
};
const SAM: Tool = Tool {
    program: "sam",
    packages: &["aws-sam-cli==1.170.0"],
};

/// Where the template has to be deployable: every type of resource exists there, as AWS's schemas of the region say.
const REGIONS: [&str; 5] = [
    "eu-central-1",
    "us-east-1",
    "ap-southeast-1",
    "cn-north-1",
    "cn-northwest-1",
];

/// `cfn-lint`; warnings and remarks count as failures.
pub(crate) fn cfn_lint(project: &Project) -> Outcome {
    match CFN_LINT.install(project) {
        Ok(bin) => {
            let lint = Program::new(bin.join("cfn-lint"))
                .with(["--regions"])
                .with(REGIONS)
                .with(["--", TEMPLATE_PATH]);
            of_program(lint.within(&project.root).run())
        }
        Err(why) => Outcome::failed(why),
    }
}

/// `sam validate --lint`, which needs no account; the region only chooses the tables that its linter asks.
pub(super) fn sam(project: &Project) -> Outcome {
    match SAM.install(project) {
        Ok(bin) => {
            let validate = [
                "validate",
                "--lint",
                "--template",
                TEMPLATE_PATH,
                "--region",
                "eu-central-1",
            ];
            let sam = Program::new(bin.join("sam"))
                .with(validate)
                .set("SAM_CLI_TELEMETRY", "0");
            of_program(sam.within(&project.root).run())
        }
        Err(why) => Outcome::failed(why),
    }
}
