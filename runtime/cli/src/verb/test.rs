//! `millstream test`: runs test cases and says which did not pass.

use std::time::Instant;

use crate::args::{Format, TestArgs};
use crate::catalog::registry;
use crate::execute::report_panics;
use crate::exit::{Exit, Fault};
use crate::output::{Shell, add};
use crate::select::show_duration;
use crate::trial::find::{TestFile, test_files};
use crate::trial::report::{Score, document, failed, passed};
use crate::trial::update::{can_be_taken_over, update};
use crate::trial::{Hall, Job, Problem, Verdict, run_all};
use crate::verb::available_threads;

/// Runs test cases.
///
/// # Errors
///
/// Fails when there are none, or a file cannot be written.
pub(crate) fn test(args: &TestArgs, shell: &Shell) -> Result<Exit, Fault> {
    let begun = Instant::now();
    let registry = registry()?;
    let (files, unreadable) = read(args, shell)?;
    let jobs = jobs(&files, args)?;
    report_panics();
    let hall = Hall {
        registry: &registry,
        limit: args.timeout,
    };
    let verdicts = run_all(&jobs, hall, available_threads())?;
    let results: Vec<(Job<'_>, &Verdict)> = jobs.iter().copied().zip(&verdicts).collect();
    let mut score = score(&results, args);
    if args.update {
        update_files(&files, &results)?;
    } else {
        score.updated = 0;
    }
    match shell.format {
        Format::Json => shell.json(&document(&results, score, begun.elapsed()))?,
        Format::Human => {
            let text = told(&results, args, shell);
            shell.data(&text)?;
            if !results.is_empty() {
                let elapsed = show_duration(begun.elapsed());
                shell.notice(&format!("{} in {elapsed}", score.show()));
            }
        }
    }
    Ok(match score.failed {
        0 => unreadable,
        _ => unreadable.worse(Exit::TestFailed),
    })
}

/// The files, and how to exit for those that are none.
fn read(args: &TestArgs, shell: &Shell) -> Result<(Vec<TestFile>, Exit), Fault> {
    let (mut files, mut exit) = (Vec::new(), Exit::Ok);
    for path in test_files(&args.paths)? {
        match TestFile::read(&path) {
            Ok(file) => files.push(file),
            Err(fault) => {
                shell.message(&fault.message);
                exit = exit.worse(fault.exit);
            }
        }
    }
    Ok((files, exit))
}

fn jobs<'a>(files: &'a [TestFile], args: &TestArgs) -> Result<Vec<Job<'a>>, Fault> {
    let all = files.iter().flat_map(|file| {
        let cases = file.suite.cases.iter();
        cases.map(move |(name, case)| Job { file, name, case })
    });
    let Some(filter) = &args.filter else {
        return Ok(all.collect());
    };
    let found: Vec<Job<'a>> = all
        .filter(|job| job.title().contains(filter.as_str()))
        .collect();
    if found.is_empty() {
        let text = format!("no test case has `{filter}` in its name");
        return Err(Fault::usage(text).help("without --filter and with -v, all names are printed"));
    }
    Ok(found)
}

/// Whether all that is wrong with a case is what `--update` sets right.
fn is_updated(verdict: &Verdict, args: &TestArgs) -> bool {
    let sets_right = |problem: &Problem| match problem {
        Problem::Output(mismatch) => can_be_taken_over(mismatch),
        Problem::Invalid(_) | Problem::Ending(_) => false,
    };
    args.update && !verdict.problems.is_empty() && verdict.problems.iter().all(sets_right)
}

fn score(results: &[(Job<'_>, &Verdict)], args: &TestArgs) -> Score {
    let mut score = Score::default();
    for (_, verdict) in results {
        let count = if verdict.problems.is_empty() {
            &mut score.passed
        } else if is_updated(verdict, args) {
            &mut score.updated
        } else {
            &mut score.failed
        };
        *count += 1;
    }
    score
}

fn update_files(files: &[TestFile], results: &[(Job<'_>, &Verdict)]) -> Result<(), Fault> {
    for file in files {
        let is_of_file = |job: &Job<'_>| std::ptr::eq(job.file, file);
        let own = results.iter().filter(|(job, _)| is_of_file(job)).copied();
        update(file, &own.collect::<Vec<_>>())?;
    }
    Ok(())
}

fn told(results: &[(Job<'_>, &Verdict)], args: &TestArgs, shell: &Shell) -> String {
    let mut text = String::new();
    for (job, verdict) in results {
        if verdict.problems.is_empty() {
            if shell.verbosity > 0 {
                text.push_str(&passed(job, verdict, shell.out));
            }
        } else if is_updated(verdict, args) {
            add(&mut text, format_args!("updated {}\n", job.title()));
        } else {
            text.push_str(&failed(job, verdict, shell.out));
        }
    }
    text
}
