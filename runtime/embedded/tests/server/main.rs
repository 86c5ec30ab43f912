//! Real servers, in temporary folders. Run by root they are another user's, else the caller's.

#![cfg(unix)]

#[cfg(test)]
mod access;
#[cfg(test)]
mod failures;
#[cfg(test)]
mod sharing;
#[cfg(test)]
mod support;
