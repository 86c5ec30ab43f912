//! Property-test strategies: a thin module over those that `tantamount-core` runs from the plan.

use crate::model::Model;
use proc_macro2::TokenStream;
use quote::quote;

/// Whether the module is emitted.
pub(crate) const IS_ON: bool = false;

pub(crate) const DOCUMENTATION: &str = "Property-test strategies for requests.";

/// The items of `strategy.rs`.
pub(crate) fn strategies(model: &Model) -> TokenStream {
    let about = format!(" Texts of valid `{}`s.", model.title);
    quote! {
        use super::plan::PLAN;
        use tantamount_core::strategy::Strategy;

        #[doc = #about]
        pub fn valid() -> impl Strategy<Value = String> {
            tantamount_core::strategy::valid(&PLAN)
        }

        /// Two texts that are the same request: reordered, respelt, defaults said or left out.
        pub fn same_pair() -> impl Strategy<Value = (String, String)> {
            tantamount_core::strategy::same_pair(&PLAN)
        }

        /// Two texts of requests that differ in one thing.
        pub fn different_pair() -> impl Strategy<Value = (String, String)> {
            tantamount_core::strategy::different_pair(&PLAN)
        }
    }
}
