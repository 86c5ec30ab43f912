//! A crate that generates its types, tables and statements in a build script.
//!
//! ```
//! use tantamount_build_script::payments::PaymentBatch;
//!
//! let problems = PaymentBatch::read(br#"{"payments": 1}"#).expect_err("that is no set");
//! assert_eq!(problems.as_slice().len(), 1);
//! ```

include!(concat!(env!("OUT_DIR"), "/payments.rs"));
