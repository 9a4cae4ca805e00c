package calendar

import (
	"strconv"
	"time"
)

// Date is a civil date of the Gregorian calendar: a year from 1 to 9999, a
// month and a day, in no particular zone. Which date an instant falls on is a
// question for a [Calendar], which knows the practice's zone (T1).
//
// Dates are comparable with == and usable as map keys. The zero value is no
// date at all; [Date.IsZero] reports it, and it sorts before every date.
type Date struct {
	n int32 // days since 31 December of the year 0, so that 1 is 0001-01-01 and 0 is none
}

const (
	minYear   = 1
	maxYear   = 9999
	maxDay    = 3652059 // 9999-12-31
	epochDay  = 719163  // 1970-01-01
	secPerDay = 24 * 60 * 60
)

// NewDate returns the date of a year (1 to 9999), month and day. A day that
// the month does not have, such as 31 February, is refused with a
// [*FieldError]; it is never rolled over into the next month.
func NewDate(year int, month time.Month, day int) (Date, error) {
	switch {
	case year < minYear || year > maxYear:
		return Date{}, &FieldError{Field: "year", Problem: "must be from 1 to 9999, not " + strconv.Itoa(year)}
	case month < time.January || month > time.December:
		return Date{}, &FieldError{Field: "month", Problem: "must be from 1 to 12, not " + strconv.Itoa(int(month))}
	case day < 1 || day > daysIn(year, month):
		return Date{}, &FieldError{Field: "day", Problem: "must be one that " + month.String() + " " + strconv.Itoa(year) +
			" has, not " + strconv.Itoa(day)}
	}
	return Date{civilDay(year, month, day)}, nil
}

// MustDate is [NewDate] for dates written into a program: like
// regexp.MustCompile it panics on a mistake, so it is for literals and never
// for what a user typed.
func MustDate(year int, month time.Month, day int) Date {
	d, err := NewDate(year, month, day)
	if err != nil {
		panic("calendar: MustDate: " + err.Error()) //nolint:forbidigo // because only literals come here
	}
	return d
}

// ParseDate reads a date written as 2026-04-09 and in no other way. Anything
// else is a [*FieldError].
func ParseDate(s string) (Date, error) {
	if len(s) == len("2006-01-02") && s[4] == '-' && s[7] == '-' {
		if d, err := NewDate(digits(s[:4]), time.Month(digits(s[5:7])), digits(s[8:])); err == nil {
			return d, nil
		}
	}
	return Date{}, &FieldError{Field: "date", Problem: "must be a date written like 2026-04-09, not " + quote(s)}
}

// IsZero reports whether d is no date.
func (d Date) IsZero() bool { return d.n == 0 }

// Year returns the year, or 0 for the zero Date.
func (d Date) Year() int { y, _, _ := d.civil(); return y }

// Month returns the month, or 0 for the zero Date.
func (d Date) Month() time.Month { _, m, _ := d.civil(); return m }

// Day returns the day of the month, or 0 for the zero Date.
func (d Date) Day() int { _, _, day := d.civil(); return day }

// Weekday returns the day of the week. It means nothing for the zero Date.
func (d Date) Weekday() time.Weekday {
	return time.Weekday(d.n % 7) // 0001-01-01, which is 1, was a Monday
}

// AddDays returns the date n days later, or earlier for a negative n. The
// zero Date stays zero, and a result outside the years 1 to 9999 is zero.
func (d Date) AddDays(n int) Date {
	// n is compared before it is added: the sum could overflow.
	if d.n == 0 || n > maxDay || n < -maxDay {
		return Date{}
	}
	sum := int(d.n) + n
	if sum < 1 || sum > maxDay {
		return Date{}
	}
	return Date{int32(sum)}
}

// Sub returns the number of days from other to d: negative where d is the
// earlier, and 0 where either is the zero Date.
func (d Date) Sub(other Date) int {
	if d.n == 0 || other.n == 0 {
		return 0
	}
	return int(d.n - other.n)
}

// Before reports whether d is earlier than other.
func (d Date) Before(other Date) bool { return d.n < other.n }

// After reports whether d is later than other.
func (d Date) After(other Date) bool { return d.n > other.n }

// Compare returns -1, 0 or +1 as d is before, equal to or after other. It
// fits slices.SortFunc as calendar.Date.Compare.
func (d Date) Compare(other Date) int {
	switch {
	case d.n < other.n:
		return -1
	case d.n > other.n:
		return +1
	}
	return 0
}

// String returns the date as 2026-04-09, which [ParseDate] reads, and "" for
// the zero Date.
func (d Date) String() string {
	if d.n == 0 {
		return ""
	}
	y, m, day := d.civil()
	b := make([]byte, 0, len("2006-01-02"))
	b = appendPadded(b, y, 4)
	b = append(b, '-')
	b = appendPadded(b, int(m), 2)
	b = append(b, '-')
	b = appendPadded(b, day, 2)
	return string(b)
}

// Short returns the date for a person who knows which year is meant, as
// "Thu 9 Apr", and "" for the zero Date.
func (d Date) Short() string {
	if d.n == 0 {
		return ""
	}
	_, m, day := d.civil()
	return d.Weekday().String()[:3] + " " + strconv.Itoa(day) + " " + m.String()[:3]
}

// Long returns the date with its year, as "Thu 9 Apr 2026", and "" for the
// zero Date.
func (d Date) Long() string {
	if d.n == 0 {
		return ""
	}
	return d.Short() + " " + strconv.Itoa(d.Year())
}

// MarshalText writes the date as [Date.String] does; the zero Date is empty.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes; empty text is the zero Date.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// wall returns the seconds that a clock which never changes would show at the
// start of the day, counted from 1970-01-01 00:00.
func (d Date) wall() int64 { return (int64(d.n) - epochDay) * secPerDay }

// wallDate is the inverse of wall, for any second of a day in the years 1 to
// 9999; a calendar has no others.
func wallDate(wall int64) Date { return Date{int32(floorDiv(wall, secPerDay) + epochDay)} }

// dateIn returns the date that t falls on in loc, or the zero Date outside
// the years 1 to 9999. It is slow with some zones; see [Calendar.DateOf].
func dateIn(t time.Time, loc *time.Location) Date {
	y, m, day := t.In(loc).Date()
	if y < minYear || y > maxYear {
		return Date{}
	}
	return Date{civilDay(y, m, day)}
}

// civilDay counts the days up to a valid date. Years are taken to begin in
// March, which puts the leap day last and makes the months regular.
func civilDay(year int, month time.Month, day int) int32 {
	y, m := year, int(month)-3
	if m < 0 {
		y, m = y-1, m+12
	}
	era := y / 400
	yoe := y - era*400
	doy := (153*m+2)/5 + day - 1
	return int32(era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 305)
}

// civil is the inverse of civilDay; it returns zeros for the zero Date.
func (d Date) civil() (int, time.Month, int) {
	if d.n == 0 {
		return 0, 0, 0
	}
	z := int(d.n) + 305
	era := z / 146097
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	m := (5*doy + 2) / 153
	day := doy - (153*m+2)/5 + 1
	year := era*400 + yoe
	if m += 3; m > 12 {
		m, year = m-12, year+1
	}
	return year, time.Month(m), day
}

func daysIn(year int, month time.Month) int {
	switch month {
	case time.April, time.June, time.September, time.November:
		return 30
	case time.February:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}
