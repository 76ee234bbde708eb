//! Who may connect to a server of this binary, and what the server is told about its components.

use std::net::SocketAddr;
use std::path::Path;

use millstream_server::{Options, ScriptHost, Secrets};

use crate::args::AccessArgs;
use crate::exit::{Exit, Fault, io_text};

/// The variable with the secret that gives all rights.
const CONTROL: &str = "MILLSTREAM_SECRET";
/// The variable with the secret that gives the right to look.
const INSPECT: &str = "MILLSTREAM_INSPECT_SECRET";

/// How to serve, before files and threads are known.
pub(crate) fn options(listen: SocketAddr, secrets: Secrets, access: &AccessArgs) -> Options {
    Options {
        secrets,
        origins: access.allow_origin.clone(),
        ..local_options(listen)
    }
}

/// How to serve this machine, before secrets, files and threads are known.
pub(crate) fn local_options(listen: SocketAddr) -> Options {
    Options {
        script: Some(ScriptHost {
            language: "rhai".to_owned(),
            component: "script/Rhai".to_owned(),
            setting: "script".to_owned(),
            input: "in".to_owned(),
            output: "out".to_owned(),
        }),
        ..Options::new(listen)
    }
}

/// The secrets: from the file if there is one, and else from the environment.
///
/// # Errors
///
/// Fails when the file cannot be read or has no secret; the message never has what it says.
pub(crate) fn secrets(access: &AccessArgs) -> Result<Secrets, Fault> {
    if let Some(file) = &access.secret_file {
        return read(file);
    }
    let variable = |name| std::env::var(name).ok().filter(|secret| !secret.is_empty());
    Ok(Secrets {
        control: variable(CONTROL),
        inspect: variable(INSPECT),
    })
}

fn read(file: &Path) -> Result<Secrets, Fault> {
    let shown = file.display();
    let text = std::fs::read_to_string(file).map_err(|error| {
        Fault::new(
            Exit::Io,
            format!("cannot read {shown}: {}", io_text(&error)),
        )
    })?;
    let secrets = parse(&text);
    if secrets.control.is_none() {
        return Err(Fault::new(
            Exit::Io,
            format!("{shown} has no secret in its first line"),
        ));
    }
    Ok(secrets)
}

fn parse(text: &str) -> Secrets {
    let mut lines = text.lines().map(str::trim);
    let mut next = || {
        lines
            .next()
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
    };
    Secrets {
        control: next(),
        inspect: next(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_secret_file_are_the_two_secrets() {
        let secrets = parse(" run me \nlook\nmore\n");
        assert_eq!(secrets.control.as_deref(), Some("run me"));
        assert_eq!(secrets.inspect.as_deref(), Some("look"));
        assert!(parse("only").inspect.is_none());
        assert!(parse("\nsecond").control.is_none());
        assert!(parse("").control.is_none());
    }
}
