//! Code lists: every set of known values, with its Indonesian and English label.
//!
//! One macro makes the enum, its codes on the wire, its labels, its JSON schema and its entry in
//! `/v1/code-lists`, so that none of them can disagree.

use crate::language::Language;

/// A closed set of values with stable codes and labels for people.
pub trait CodeList: Sized + Copy + PartialEq + 'static {
    /// The name of the list at `/v1/code-lists/{name}`, in `snake_case`.
    const NAME: &'static str;
    /// What the list is for, in Indonesian and English.
    const TITLE: [&'static str; 2];
    /// All values, in the order people expect to see them.
    const ALL: &'static [Self];

    /// The code on the wire and in the database. It never changes.
    fn code(self) -> &'static str;

    /// The label for people.
    fn label(self, language: Language) -> &'static str;

    /// The value of a code.
    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.code() == code)
    }
}

/// One list as `/v1/code-lists` shows it.
#[derive(Debug, Clone, Copy)]
pub struct CodeListEntry {
    /// See [`CodeList::NAME`].
    pub name: &'static str,
    /// See [`CodeList::TITLE`].
    pub title: [&'static str; 2],
    /// Code, Indonesian label, English label.
    pub values: &'static [(&'static str, &'static str, &'static str)],
}

/// Declares a code list: `"code" Name: "label", "label in English";` a value.
#[macro_export]
macro_rules! code_list {
    (
        $(#[$outer:meta])*
        $name:ident = $list:literal ($title_id:literal, $title_en:literal) {
            $( $(#[$inner:meta])* $variant:ident = $code:literal ($id:literal, $en:literal), )+
        }
    ) => {
        $(#[$outer])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs, reason = "each value carries its labels as its documentation")]
        pub enum $name { $( $(#[$inner])* #[doc = $en] $variant, )+ }

        impl $name {
            /// The list as `/v1/code-lists` shows it.
            pub const ENTRY: $crate::code_list::CodeListEntry = $crate::code_list::CodeListEntry {
                name: $list,
                title: [$title_id, $title_en],
                values: &[ $( ($code, $id, $en), )+ ],
            };
        }

        impl $crate::code_list::CodeList for $name {
            const NAME: &'static str = $list;
            const TITLE: [&'static str; 2] = [$title_id, $title_en];
            const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];

            fn code(self) -> &'static str {
                match self { $( Self::$variant => $code, )+ }
            }

            fn label(self, language: $crate::language::Language) -> &'static str {
                match (self, language) {
                    $(
                        (Self::$variant, $crate::language::Language::Indonesian) => $id,
                        (Self::$variant, $crate::language::Language::English) => $en,
                    )+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::code_list::CodeList::code(*self))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($crate::code_list::CodeList::code(*self))
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let code = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                $crate::code_list::CodeList::from_code(&code)
                    .ok_or_else(|| serde::de::Error::unknown_variant(&code, &[ $( $code, )+ ]))
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some(concat!($title_en, " (code list `", $list, "`): ", $( "`", $code, "` ", $en, "; ", )+ )))
                    .enum_values(Some([ $( $code, )+ ]))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed(stringify!($name))
            }
        }
    };
}
