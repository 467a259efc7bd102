"""A small identity provider in the manner of FranceConnect, over real HTTP, that can also lie."""

import base64
import hashlib
import secrets
import threading
import time
from contextlib import contextmanager
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import ECKey
from werkzeug.serving import WSGIRequestHandler, make_server

LEA = {
    "sub": "3f5c-un-sujet",
    "family_name": "ÉLAN",
    "given_name": "Léa Rose",
    "birthdate": "1984-02-29",
}


class Quiet(WSGIRequestHandler):
    def log_request(self, *_):
        """No line a request."""


class Provider:
    """What it knows, what it was asked, and how it lies: `lies` changes tokens before signing."""

    def __init__(self):
        self.key = ECKey.generate_key("P-256", {"kid": "one"})
        self.other = ECKey.generate_key("P-256", {"kid": "one"})
        self.person = dict(LEA)
        self.codes, self.tokens, self.asked, self.hits = {}, {}, {}, []
        self.lies = {}
        self.issuer = ""

    def signed(self, claims, what):
        key = self.other if self.lies.get("key") == what else self.key
        claims = {**claims, **self.lies.get(what, {})}
        return jwt.encode({"alg": "ES256", "kid": "one"}, claims, key)

    def app(self):
        app = Flask("provider")

        @app.before_request
        def count():
            self.hits.append(request.path)

        @app.get("/.well-known/openid-configuration")
        def discovery():
            known = {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/jwks",
                "end_session_endpoint": f"{self.issuer}/logout",
            }
            return jsonify({**known, **self.lies.get("discovery", {})})

        @app.get("/jwks")
        def jwks():
            return jsonify({"keys": [self.key.as_dict(private=False)]})

        @app.get("/authorize")
        def authorize():
            self.asked = request.args.to_dict()
            code = secrets.token_urlsafe(8)
            self.codes[code] = dict(self.asked)
            back = {"code": code, "state": self.asked["state"]}
            return redirect(f"{self.asked['redirect_uri']}?{urlencode(back)}")

        @app.post("/token")
        def token():
            form, asked = request.form, self.codes.pop(request.form["code"], None)
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            if (
                asked is None
                or form["client_secret"] != "le-secret"
                or form["redirect_uri"] != asked["redirect_uri"]
                or asked["code_challenge_method"] != "S256"
                or challenge != asked["code_challenge"]
            ):
                return jsonify({"error": "invalid_grant"}), 400
            access, now = secrets.token_urlsafe(8), int(time.time())
            self.tokens[access] = True
            claims = {
                "iss": self.issuer,
                "aud": asked["client_id"],
                "sub": self.person["sub"],
                "exp": now + 60,
                "iat": now,
                "nonce": asked["nonce"],
                "acr": asked["acr_values"],
            }
            return jsonify(
                {
                    "access_token": access,
                    "token_type": "Bearer",
                    "id_token": self.signed(claims, "id_token"),
                }
            )

        @app.get("/userinfo")
        def userinfo():
            if request.headers.get("Authorization", "")[7:] not in self.tokens:
                return "", 401
            if self.lies.get("redirection"):
                return redirect(self.lies["redirection"])
            claims = {"iss": self.issuer, "aud": "commune", **self.person}
            if self.lies.get("unsigned"):
                return jsonify(claims)
            return Response(self.signed(claims, "userinfo"), mimetype="application/jwt")

        @app.get("/logout")
        def logout():
            back = request.args["post_logout_redirect_uri"]
            return redirect(f"{back}?{urlencode({'state': request.args['state']})}")

        return app


@contextmanager
def running():
    """The provider on a free port of this machine."""
    provider = Provider()
    server = make_server("127.0.0.1", 0, provider.app(), threaded=True, request_handler=Quiet)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
