package calendar

import (
	"errors"
	"testing"
)

func TestT1MissingZoneIsAnError(t *testing.T) {
	_, err := newUK(Scotland, "Europe/Nowhere")
	var e *ZoneError
	if !errors.As(err, &e) || e.Zone != "Europe/Nowhere" || e.Err == nil {
		t.Errorf("got %v", err)
	}
}
