//! What this program takes of the machine, as far as the system tells.

/// Processor time so far, in seconds.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems do not tell")]
pub(super) fn cpu_seconds() -> Option<f64> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Some(time.tv_sec as f64 + time.tv_nsec as f64 / 1e9)
}

/// Processor time so far, in seconds.
#[cfg(not(unix))]
pub(super) const fn cpu_seconds() -> Option<f64> {
    None
}

/// Resident memory, in bytes.
#[cfg(target_os = "linux")]
pub(super) fn resident_bytes() -> Option<f64> {
    // The second number is pages in memory; see proc_pid_statm(5).
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: f64 = text.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * rustix::param::page_size() as f64)
}

/// Resident memory, in bytes.
#[cfg(not(target_os = "linux"))]
pub(super) const fn resident_bytes() -> Option<f64> {
    None
}
