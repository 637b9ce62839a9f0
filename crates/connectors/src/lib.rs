//! Owns the outside: whoever moves money, reached through the traits of `billing::ports`. Does not own what is charged
//! or what becomes of it (billing).

pub mod sandbox;
