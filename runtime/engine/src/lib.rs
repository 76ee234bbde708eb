//! Plans and runs networks: islands, supervision, deadlock, counts.
