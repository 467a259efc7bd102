"""What every reply says to the browser: nothing from elsewhere, nothing inline."""

from flask import Flask, Response, request

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none';"
    " frame-ancestors 'none'; form-action 'self'"
)


PROTECTIONS = [
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
]
ALWAYS_SECURE = ("Strict-Transport-Security", "max-age=31536000")


def spoken_to(is_secure: bool) -> list[tuple[str, str]]:
    """What is said to a browser that came by this way."""
    return [*PROTECTIONS, ALWAYS_SECURE] if is_secure else PROTECTIONS


def init_app(app: Flask) -> None:
    @app.after_request
    def protect(response: Response) -> Response:
        headers = response.headers
        for name, value in spoken_to(request.is_secure):
            headers.setdefault(name, value)
        if "Cache-Control" not in headers:
            headers["Cache-Control"] = (
                "no-store" if request.method != "GET" else "private, no-cache"
            )
        return response
