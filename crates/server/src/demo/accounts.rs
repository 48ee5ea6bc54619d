//! One client and one person a role, at places where the role makes sense.

use aumsos_domain::{
    CodeList, Language,
    access::{ActorId, ClientKind, RedirectUri, Role, RoleAssignment, RolePlace},
    organization_units::OrganizationUnit,
};
use aumsos_persistence::{
    StoreError, Work,
    access::{NewClient, Passwords},
};
use uuid::Uuid;

use super::{chance::Chance, units::Tree};

/// The secret of every client, known to everyone: why the demonstration serves on this machine only.
pub(super) const SECRET: &str = "demo-secret";

/// The client of a role.
pub(super) fn client_id(role: Role) -> String {
    format!("demo-{}", role.code().replace('_', "-"))
}

/// The person of a role.
pub(super) fn email(role: Role) -> String {
    format!("{}@demo.invalid", role.code())
}

/// Makes them, and gives all that act for somebody. `home` is the institution whose operator one of them is.
pub(super) async fn make(
    work: &mut Work,
    tree: &Tree,
    home: Uuid,
    chance: &mut Chance,
) -> Result<Vec<ActorId>, StoreError> {
    let mut made = Vec::new();
    let password = Passwords::new(1).hash(SECRET).await?;
    for &role in Role::ALL {
        let roles: Vec<_> = places(role, tree, home).into_iter().map(|place| RoleAssignment { role, place }).collect();
        let label = role.label(Language::Indonesian);
        let name = format!("Demo: {label}");
        let id = chance.id();
        let client = NewClient::service(id, &client_id(role), &name, SECRET, roles.clone());
        work.create_client(client).await?;
        let person = chance.id();
        work.create_person(person, &email(role), &name, &roles).await?;
        work.set_password(person, password.clone(), true).await?;
        made.extend([ActorId::Client(id), ActorId::Person(person)]);
    }
    work.create_client(app(chance.id())).await?;
    Ok(made)
}

/// An app through which people sign in, on whatever port of this machine it listens.
fn app(id: Uuid) -> NewClient {
    let addresses = ["http://127.0.0.1/callback", "http://[::1]/callback"];
    NewClient {
        kind: ClientKind::Public,
        secret: None,
        redirect_uris: addresses.iter().filter_map(|address| RedirectUri::parse(address).ok()).collect(),
        ..NewClient::service(id, "demo-app", "Demo: aplikasi", "", Vec::new())
    }
}

fn places(role: Role, tree: &Tree, home: Uuid) -> Vec<RolePlace> {
    match role {
        Role::InstitutionOperator => vec![RolePlace::Institution(home)],
        // East Java: the province with the most institutions, and one of the pilots.
        Role::RegionalOfficer | Role::BakesosDispatcher | Role::CaseSupervisor => at_both(tree, "35"),
        Role::CaseWorker | Role::Counsellor => at_both(tree, "35.78"),
        _ => OrganizationUnit::ROOTS.map(RolePlace::Unit).to_vec(),
    }
}

/// The units of both organisations in a region.
fn at_both(tree: &Tree, region: &str) -> Vec<RolePlace> {
    tree.units_of(region).map(RolePlace::Unit).collect()
}
