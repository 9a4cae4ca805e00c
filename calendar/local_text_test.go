package calendar_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sessional-go/sessional/calendar"
)

func TestT5LocalTextIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := calendar.Local{
			Date: calendar.MustDate(2011, time.January, 1).AddDays(rapid.IntRange(0, 9000).Draw(t, "day")),
			Clock: calendar.MustClock(rapid.IntRange(0, 23).Draw(t, "hour"),
				rapid.IntRange(0, 59).Draw(t, "minute")),
			Fold: rapid.SampledFrom([]calendar.Fold{calendar.FoldUnsaid, calendar.Earlier, calendar.Later}).Draw(t, "fold"),
		}
		if got, err := calendar.ParseLocal(l.String()); err != nil || got != l {
			t.Fatalf("ParseLocal(%q) = %v, %v", l, got, err)
		}
	})
}

func TestT5LocalTextNamesWhatIsWrong(t *testing.T) {
	for text, field := range map[string]string{
		"":                        "date",
		"2026-02-30 08:30":        "date",
		"9 April 2026 08:30":      "date",
		"2026-04-09":              "clock",
		"2026-04-09 25:00":        "clock",
		"2026-04-09 08:30 second": "fold",
	} {
		_, err := calendar.ParseLocal(text)
		var bad *calendar.FieldError
		if !errors.As(err, &bad) || bad.Field != field {
			t.Errorf("ParseLocal(%q): %v, want a field error of %s", text, err, field)
		}
	}
}
