//! What a run means: ends, back-pressure, faults, deadlock, steering, threads, groups; and random graphs.

#[cfg(test)]
mod busy;
#[cfg(test)]
mod deadlock;
#[cfg(test)]
mod doors;
#[cfg(test)]
mod draft;
#[cfg(test)]
mod edit;
#[cfg(test)]
mod errors;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod flow;
#[cfg(test)]
mod groups;
#[cfg(test)]
mod parts;
#[cfg(test)]
mod random;
#[cfg(test)]
mod steer;
#[cfg(test)]
mod threads;
