//! The server with real sockets: who is let in, what is answered, what a client cannot do to others.

#[cfg(test)]
mod counts;
#[cfg(test)]
mod edits;
#[cfg(test)]
mod fbp;
#[cfg(test)]
mod files;
#[cfg(test)]
mod graphs;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod metrics;
#[cfg(test)]
mod probes;
#[cfg(test)]
mod security;
#[cfg(test)]
mod steering;
#[cfg(test)]
mod support;
