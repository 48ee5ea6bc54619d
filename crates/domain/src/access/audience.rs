//! Who a place or a phone number is meant for.

crate::code_list! {
    /// The audience of an address, a position, a phone or an email. A home whose place must stay secret
    /// shows its regency and nothing finer to anyone outside the audience.
    Audience = "audience" ("Khalayak", "Audience") {
        Public = "public" ("Umum", "Everyone"),
        Partner = "partner" ("Mitra dan majelis", "Partners and the council"),
        Council = "council" ("Majelis saja", "The council only"),
    }
}
