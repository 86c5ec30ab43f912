//! Addresses of the network and of mail.

use super::host::{hostname, idn_hostname};
use std::net::{Ipv4Addr, Ipv6Addr};

/// An IPv4 address in dotted decimals (RFC 2673, 3.2).
#[must_use]
pub fn ipv4(text: &str) -> bool {
    text.parse::<Ipv4Addr>().is_ok()
}

/// An IPv6 address (RFC 4291, 2.2), without a zone.
#[must_use]
pub fn ipv6(text: &str) -> bool {
    text.parse::<Ipv6Addr>().is_ok()
}

/// `Mailbox` of RFC 5321, 4.1.2.
#[must_use]
pub fn email(text: &str) -> bool {
    text.is_ascii() && mailbox(text, hostname)
}

/// `Mailbox` of RFC 6531, 3.3. Whether the domain is in Unicode's normal form C is the mailer's to
/// see to.
#[must_use]
pub fn idn_email(text: &str) -> bool {
    mailbox(text, |domain| {
        let composed: String = idna::uts46::Uts46::new()
            .to_user_interface(
                domain.as_bytes(),
                idna::uts46::AsciiDenyList::EMPTY,
                idna::uts46::Hyphens::Allow,
                |_, _, _| true,
            )
            .0
            .into_owned();
        idn_hostname(domain) || idn_hostname(&composed)
    })
}

fn mailbox(text: &str, is_domain: impl Fn(&str) -> bool) -> bool {
    // An at sign may stand in a quoted local part, never in a domain.
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    is_local(local) && (is_domain(domain) || is_literal(domain))
}

/// A local part: atoms with dots between, or a quoted string, at most 64 octets.
fn is_local(local: &str) -> bool {
    if local.len() > 64 {
        return false;
    }
    if let Some(quoted) = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        let mut characters = quoted.chars();
        while let Some(one) = characters.next() {
            let is_fine = match one {
                '\\' => characters.next().is_some_and(|next| (' '..='~').contains(&next)),
                '"' => false,
                other => !other.is_ascii_control(),
            };
            if !is_fine {
                return false;
            }
        }
        return true;
    }
    let is_atom = |one: char| {
        one.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(one) || !one.is_ascii()
    };
    local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atom))
}

/// An address in brackets: IPv4, or IPv6 with its tag.
fn is_literal(domain: &str) -> bool {
    let Some(inner) = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
        return false;
    };
    match inner.get(..5) {
        Some(tag) if tag.eq_ignore_ascii_case("IPv6:") => ipv6(inner.get(5..).unwrap_or("")),
        _ => ipv4(inner),
    }
}
