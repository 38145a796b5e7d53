"""History itself: each tracked table has its own event table (declared beside the model, with
`pghistory.track()`), written by triggers and append-only."""
