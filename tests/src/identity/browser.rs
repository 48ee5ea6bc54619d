//! A browser on the pages of the service: keeps cookies, reads forms, follows nothing by itself.

use reqwest::{Client, Response, Url, header};

use crate::harness::TestServer;

/// A browser.
#[derive(Clone)]
pub(crate) struct Browser {
    http: Client,
    url: String,
}

/// What a page answered.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    pub(crate) status: u16,
    pub(crate) location: String,
    pub(crate) headers: header::HeaderMap,
    pub(crate) text: String,
}

impl Shown {
    async fn of(response: Response) -> Self {
        let headers = response.headers().clone();
        let location = headers.get(header::LOCATION).map_or("", |value| value.to_str().unwrap()).to_owned();
        Self { status: response.status().as_u16(), location, headers, text: response.text().await.unwrap() }
    }

    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{} {}", self.location, self.text);
        self
    }

    /// The hidden fields of the form that is sent to an address.
    #[track_caller]
    pub(crate) fn form(&self, action: &str) -> Vec<(String, String)> {
        let begin = self
            .text
            .find(&format!("action=\"{action}\""))
            .unwrap_or_else(|| panic!("no form to {action}\n{}", self.text));
        let form = &self.text[begin..];
        let form = &form[..form.find("</form>").unwrap()];
        form.split("<input type=\"hidden\" ")
            .skip(1)
            .map(|input| (attribute(input, "name"), attribute(input, "value")))
            .collect()
    }

    /// A parameter of the address that leads on.
    #[track_caller]
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let url =
            Url::parse(&self.location).unwrap_or_else(|error| panic!("{}: {error}\n{}", self.location, self.text));
        url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    }
}

fn attribute(input: &str, name: &str) -> String {
    let value = input.split(&format!("{name}=\"")).nth(1).unwrap_or_default();
    let value = value.split('"').next().unwrap_or_default();
    value.replace("&#38;", "&").replace("&amp;", "&").replace("&#39;", "'").replace("&#34;", "\"").replace("&#60;", "<")
}

impl Browser {
    /// A fresh one.
    pub(crate) fn new(server: &TestServer) -> Self {
        Self::at(&server.url())
    }

    /// A fresh one that speaks to an address.
    pub(crate) fn at(url: &str) -> Self {
        let http = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .cookie_store(true)
            .user_agent("Peramban uji")
            .build()
            .unwrap();
        Self { http, url: url.to_owned() }
    }

    pub(crate) async fn get(&self, path: &str) -> Shown {
        Shown::of(self.http.get(format!("{}{path}", self.url)).send().await.unwrap()).await
    }

    /// Sends a form with these fields.
    pub(crate) async fn post(&self, path: &str, fields: &[(String, String)]) -> Shown {
        self.post_from(path, fields, &[]).await
    }

    /// Sends a form with these fields and headers of its own.
    pub(crate) async fn post_from(&self, path: &str, fields: &[(String, String)], headers: &[(&str, &str)]) -> Shown {
        let mut request = self.http.post(format!("{}{path}", self.url)).form(fields);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Shown::of(request.send().await.unwrap()).await
    }

    /// Fills the form of a page in and sends it.
    #[track_caller]
    pub(crate) fn submit<'a>(
        &'a self,
        page: &Shown,
        action: &'a str,
        filled: &[(&str, &str)],
    ) -> impl Future<Output = Shown> + use<'a> {
        let mut fields = page.form(action);
        for (name, value) in filled {
            fields.retain(|(known, _)| known != name);
            fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        async move { self.post(action, &fields).await }
    }

    /// Signs in with a password; gives what comes of it.
    pub(crate) async fn sign_in(&self, email: &str, password: &str) -> Shown {
        let page = self.get("/sign-in").await;
        self.submit(&page, "/sign-in", &[("email", email), ("password", password)]).await
    }

    /// Whether somebody is signed in whose second factor, if any, was shown.
    pub(crate) async fn is_signed_in(&self) -> bool {
        self.get("/account").await.status == 200
    }
}
