//! Tests of the parts that need no broker.

mod frames;
mod golden;
mod lane;
mod model;
mod reader;
mod support;
mod world;
mod writer;
