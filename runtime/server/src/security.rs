//! Who may talk to the server, and what they may do.
//!
//! Without secrets every client on this machine may do everything, which is why only loopback addresses may be listened on
//! then. Browsers are the exception: a page of some web site runs on this machine, too, so its `Origin` is looked at, and the
//! `Host` that it believes to talk to.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, header};
use subtle::ConstantTimeEq as _;

/// The secrets that clients prove their rights with.
#[derive(Clone, Default)]
pub struct Secrets {
    /// Gives all rights.
    pub control: Option<String>,
    /// Gives the right to look.
    pub inspect: Option<String>,
}

/// What a client may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rights {
    /// See counts, packets, texts of graphs.
    pub inspect: bool,
    /// Edit, run, hold, put packets in.
    pub control: bool,
}

/// A client said a secret that gives no rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrongSecret;

impl Rights {
    /// Everything.
    pub const ALL: Self = Self {
        inspect: true,
        control: true,
    };
    /// Looking.
    pub const INSPECT: Self = Self {
        inspect: true,
        control: false,
    };
    /// Nothing.
    pub const NONE: Self = Self {
        inspect: false,
        control: false,
    };
}

impl Secrets {
    /// Whether there is any.
    pub const fn is_empty(&self) -> bool {
        self.control.is_none() && self.inspect.is_none()
    }

    /// What a client may do that says this. The time it takes tells nothing about how much of a guess was right.
    ///
    /// # Errors
    ///
    /// Fails when secrets are needed and this is none of them.
    pub fn rights(&self, given: Option<&str>) -> Result<Rights, WrongSecret> {
        if self.is_empty() {
            return Ok(Rights::ALL);
        }
        let Some(given) = given else {
            return Ok(Rights::NONE);
        };
        let is = |secret: &Option<String>| {
            let secret = secret.as_ref().filter(|secret| !secret.is_empty());
            secret.is_some_and(|secret| secret.as_bytes().ct_eq(given.as_bytes()).into())
        };
        let (control, inspect) = (is(&self.control), is(&self.inspect));
        match (control, inspect) {
            (true, _) => Ok(Rights::ALL),
            (false, true) => Ok(Rights::INSPECT),
            (false, false) => Err(WrongSecret),
        }
    }
}

/// A secret is shown nowhere.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets")
            .field("control", &self.control.is_some())
            .field("inspect", &self.inspect.is_some())
            .finish()
    }
}

/// Why a connection is refused before a word is said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unwelcome {
    /// A page of a web site that was not let in.
    #[error("the origin `{0}` is not allowed")]
    Origin(String),
    /// A name that does not belong to this server: somebody's DNS points to this machine.
    #[error("the host `{0}` is not served here")]
    Host(String),
}

/// Looks whether a browser's page may connect. What is no browser sends no `Origin` and is let in.
pub(crate) fn admit(
    headers: &HeaderMap,
    address: SocketAddr,
    allowed: &[String],
) -> Result<(), Unwelcome> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let host = text(header::HOST);
    if let Some(host) = host
        && address.ip().is_loopback()
        && !is_local(host_name(host))
    {
        return Err(Unwelcome::Host(host.to_owned()));
    }
    let Some(origin) = text(header::ORIGIN) else {
        return Ok(());
    };
    let place = origin.split_once("://").map(|(_, place)| place);
    let is_own = place.is_some() && place == host;
    let is_here = place.is_some_and(|place| is_local(host_name(place)));
    if is_own || is_here || allowed.iter().any(|known| known == origin) {
        Ok(())
    } else {
        Err(Unwelcome::Origin(origin.to_owned()))
    }
}

/// A host without its port: `[::1]:80`, `127.0.0.1:80`, `localhost`.
fn host_name(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split_once(']').map_or(rest, |(name, _)| name);
    }
    host.split_once(':').map_or(host, |(name, _)| name)
}

fn is_local(name: &str) -> bool {
    let is_loopback = name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    is_loopback || name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        Secrets {
            control: Some("run".to_owned()),
            inspect: Some("look".to_owned()),
        }
    }

    #[test]
    fn rights_go_by_the_secret() {
        assert_eq!(Secrets::default().rights(None), Ok(Rights::ALL));
        assert_eq!(Secrets::default().rights(Some("x")), Ok(Rights::ALL));
        assert_eq!(secrets().rights(None), Ok(Rights::NONE));
        assert_eq!(secrets().rights(Some("run")), Ok(Rights::ALL));
        assert_eq!(secrets().rights(Some("look")), Ok(Rights::INSPECT));
        for wrong in ["", "ru", "run ", "RUN", "lookrun"] {
            assert_eq!(secrets().rights(Some(wrong)), Err(WrongSecret), "{wrong}");
        }
    }

    #[test]
    fn empty_secret_opens_nothing() {
        let secrets = Secrets {
            control: Some(String::new()),
            inspect: None,
        };
        assert_eq!(secrets.rights(Some("")), Err(WrongSecret));
    }

    #[test]
    fn secrets_are_not_shown() {
        let shown = format!("{:?}", secrets());
        assert!(!shown.contains("run") && !shown.contains("look"), "{shown}");
    }

    fn admitted(address: &str, host: &str, origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        let allowed = ["https://editor.example".to_owned()];
        admit(&headers, address.parse().unwrap(), &allowed).is_ok()
    }

    #[test]
    fn pages_of_other_sites_are_turned_away() {
        let local = "127.0.0.1:3569";
        for origin in [
            None,
            Some("http://localhost:5173"),
            Some("http://127.0.0.1:3569"),
            Some("http://[::1]:1"),
        ] {
            assert!(admitted(local, local, origin), "{origin:?}");
        }
        assert!(admitted(local, local, Some("https://editor.example")));
        for origin in [
            "https://evil.example",
            "null",
            "http://localhost.evil.example",
            "file://",
            "http://127.0.0.1.evil.example",
        ] {
            assert!(!admitted(local, local, Some(origin)), "{origin}");
        }
        assert!(admitted(
            "0.0.0.0:80",
            "mill.example",
            Some("https://mill.example")
        ));
        assert!(!admitted(
            "0.0.0.0:80",
            "mill.example",
            Some("https://evil.example")
        ));
    }

    #[test]
    fn names_that_were_bent_to_this_machine_are_turned_away() {
        assert!(!admitted("127.0.0.1:80", "evil.example:80", None));
        assert!(admitted("[::1]:80", "[::1]:80", None));
        assert!(admitted("0.0.0.0:80", "mill.example", None));
    }
}
