"""What the webhook is compared with: each module has an `app` for gunicorn."""
