package calendar

// Division is a part of the United Kingdom with bank holidays of its own. It
// is set on a practice: Belfast and London share their clocks, so no zone can
// choose it (T1). The zero value is no division.
type Division uint8

// The divisions.
const (
	EnglandAndWales Division = iota + 1
	Scotland
	NorthernIreland
)

var divisionNames = [...]string{"", "england-and-wales", "scotland", "northern-ireland"}

// ParseDivision reads a division as gov.uk spells it: england-and-wales,
// scotland or northern-ireland. Anything else is a [*FieldError].
func ParseDivision(s string) (Division, error) {
	for d := EnglandAndWales; d <= NorthernIreland; d++ {
		if divisionNames[d] == s {
			return d, nil
		}
	}
	return 0, divisionError()
}

// Valid reports whether d is one of the three.
func (d Division) Valid() bool { return d >= EnglandAndWales && d <= NorthernIreland }

// String returns the division as gov.uk spells it, and "" for the zero value.
func (d Division) String() string {
	if int(d) < len(divisionNames) {
		return divisionNames[d]
	}
	return "unknown"
}

// MarshalText writes the division as [Division.String] does; the zero value
// is empty.
func (d Division) MarshalText() ([]byte, error) {
	if int(d) >= len(divisionNames) {
		return nil, divisionError()
	}
	return []byte(divisionNames[d]), nil
}

// UnmarshalText reads what MarshalText writes; empty text is the zero value.
func (d *Division) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = 0
		return nil
	}
	parsed, err := ParseDivision(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

func divisionError() error {
	return &FieldError{Field: "division", Problem: "must be england-and-wales, scotland or northern-ireland"}
}
