//! The language as a whole: rules, mistakes, faults, and a second opinion on results.

mod faults;
mod manual;
mod mistakes;
mod naive;
mod rules;
