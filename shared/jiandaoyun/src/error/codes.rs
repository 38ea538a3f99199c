//! The error codes of the interface. Source: 简道云's developer guide and a copy of its list of codes; what is in neither is
//! not known, and a call with it is made again later.

use super::ErrorKind;

/// What a code means. HTTP statuses without a code come here too: 429, 502 and their like.
pub(crate) fn kind_of_code(code: i64) -> ErrorKind {
    match code {
        8301 | 17018 => ErrorKind::CredentialsRefused { code },
        8302 | 17053 | 17054 => ErrorKind::PermissionMissing { code },
        17052 => ErrorKind::AddressNotAllowed { code },
        8303 | 8304 | 429 => ErrorKind::Throttled { code },
        // The form is busy with an edit of many rows; a lock is held; the gateway.
        4012 | 9007 | 500 | 502..=504 => ErrorKind::Busy { code },
        7103 | 7206 | 7212 | 7216..=7219 | 7221 => ErrorKind::QuotaUsedUp { code },
        2004 | 3000 => ErrorKind::FormMissing { code },
        1010 | 4001 | 6001 | 6002 => ErrorKind::NotFound { code },
        1065 | 1087 | 6000 | 6013 => ErrorKind::Taken { code },
        6003 | 6006 => ErrorKind::NotEmpty { code },
        17026 => ErrorKind::TransactionUsed { code },
        1
        | 1005
        | 1017..=1019
        | 1202
        | 3005
        | 4815
        | 6015
        | 6021
        | 17017
        | 17023..=17025
        | 17032..=17034 => ErrorKind::Invalid { code },
        code => ErrorKind::Unrecognised { code },
    }
}
