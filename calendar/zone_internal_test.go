package calendar

import (
	"testing"
	"time"
)

// On the last day of a leap year the standard library's bounds of a zone that
// is a formula lie in the past.
func TestPeriodsPassTheEndOfALeapYear(t *testing.T) {
	loc, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2040, time.June, 1, 0, 0, 0, 0, time.UTC)
	got := zonePeriods(loc, from.Unix(), from.AddDate(5, 0, 0).Unix())
	if len(got) != 11 {
		t.Fatalf("%d periods in five years, want 11", len(got))
	}
	for i, p := range got {
		if p.until <= p.from || i > 0 && p.from != got[i-1].until {
			t.Errorf("period %d is %v after %v", i, p, got[max(0, i-1)])
		}
		for _, sec := range []int64{p.from, p.until - 1} {
			if _, offset := time.Unix(sec, 0).In(loc).Zone(); int64(offset) != p.offset {
				t.Errorf("offset %d at %d, want %d", p.offset, sec, offset)
			}
		}
	}
}
