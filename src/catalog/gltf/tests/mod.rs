pub(crate) mod builder;
mod features;
mod hostile;
mod materials;
mod scenes;
