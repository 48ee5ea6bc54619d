//! The pages on which people sign in, show a second factor, allow apps and look after their account: made by the service
//! itself, without a script, in Indonesian and English.

mod account;
mod answer;
mod authorize;
mod choose_password;
mod first_administrator;
mod password_reset;
mod second_factor;
mod sign_in;
mod texts;
mod visitor;

use actix_web::{HttpResponse, http::header, web};

const STYLE: &str = include_str!("style.css");

/// Puts every page in its place.
pub(crate) fn configure(app: &mut web::ServiceConfig) {
    let get = |path: &str| web::resource(path.to_owned());
    app.service(get("/pages/style.css").route(web::get().to(style)))
        .service(get("/language/{tag}").route(web::get().to(answer::choose_language)))
        .service(get("/sign-in").route(web::get().to(sign_in::show)).route(web::post().to(sign_in::submit)))
        .service(
            get("/sign-in/second-factor")
                .route(web::get().to(second_factor::show))
                .route(web::post().to(second_factor::submit)),
        )
        .service(get("/sign-out").route(web::post().to(sign_in::sign_out)))
        .service(get("/oauth/authorize").route(web::get().to(authorize::show)).route(web::post().to(authorize::decide)))
        .service(
            get("/invitation")
                .route(web::get().to(choose_password::show_invitation))
                .route(web::post().to(choose_password::accept_invitation)),
        )
        .service(
            get("/password-reset")
                .route(web::get().to(password_reset::show))
                .route(web::post().to(password_reset::submit)),
        )
        .service(
            get("/password-reset/choose")
                .route(web::get().to(choose_password::show_reset))
                .route(web::post().to(choose_password::reset)),
        )
        .service(
            get("/first-administrator")
                .route(web::get().to(first_administrator::show))
                .route(web::post().to(first_administrator::submit)),
        )
        .service(get("/account").route(web::get().to(account::show)))
        .service(get("/account/password").route(web::post().to(account::change_password)))
        .service(get("/account/sessions/{id}/end").route(web::post().to(account::end_session)))
        .service(get("/account/apps/{id}/end").route(web::post().to(account::end_app)))
        .service(get("/account/second-factor").route(web::get().to(second_factor::show_set_up)))
        .service(get("/account/second-factor/begin").route(web::post().to(second_factor::begin)))
        .service(get("/account/second-factor/confirm").route(web::post().to(second_factor::confirm)))
        .service(get("/account/second-factor/remove").route(web::post().to(second_factor::remove)));
}

async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .body(STYLE)
}
