//! How people and programs come in, and how they stay out.

mod browser;
mod clients;
mod codes;
mod outside;
mod pages;
mod passwords;
mod refresh;
mod second_factor;
mod sessions;
mod signing_keys;
mod world;

pub(crate) use self::{
    browser::Browser,
    world::{PASSWORD, person},
};
