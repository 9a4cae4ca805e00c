package relational

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// elsewhere are fields that lie in another table's rows.
var elsewhere = []string{"DiaryChange.Put", "DiaryChange.Drop"}

// TestEveryFieldHasOneColumn fails for whoever adds a field to a record without a column, or gives it two.
func TestEveryFieldHasOneColumn(t *testing.T) {
	for _, table := range All() {
		for _, leaf := range leaves(table.record, nil, table.record.Name()) {
			var holding []string
			for _, c := range table.Columns {
				if !c.Derived && holds(c, leaf.at) {
					holding = append(holding, c.Name)
				}
			}
			if slices.Contains(elsewhere, leaf.name) == (len(holding) == 1) {
				t.Errorf("%s: %s is held by the columns %v", table.Name, leaf.name, holding)
			}
		}
	}
}

// holds says whether a column holds a field, or a document that the field lies in.
func holds(c Column, at []int) bool {
	return slices.Equal(c.field, at) || c.Kind == JSON && len(c.field) < len(at) && slices.Equal(c.field, at[:len(c.field)])
}

type leaf struct {
	at   []int
	name string
}

// leaves are the exported fields of a record that are values by themselves.
func leaves(of reflect.Type, at []int, name string) []leaf {
	if kind, _ := formOf(of); of.Kind() != reflect.Struct || kind != 0 {
		return []leaf{{at, name}}
	}
	var all []leaf
	for i := range of.NumField() {
		if f := of.Field(i); f.IsExported() {
			all = append(all, leaves(f.Type, append(slices.Clone(at), i), name+"."+f.Name)...)
		}
	}
	return all
}

func TestLeavesSeeEverything(t *testing.T) {
	var names []string
	for _, l := range leaves(reflect.TypeFor[booking.Hours](), nil, "Hours") {
		names = append(names, l.name)
	}
	want := "Hours.Booking Hours.Version Hours.Session Hours.Provider Hours.State Hours.Span.Start Hours.Span.End " +
		"Hours.Break Hours.Amount.Amount Hours.Amount.Currency Hours.Reason Hours.At"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("got %s", got)
	}
}

func TestColumnsAreNamedOnce(t *testing.T) {
	tables := map[string]bool{}
	for _, table := range All() {
		if tables[table.Name] {
			t.Errorf("two tables are called %s", table.Name)
		}
		tables[table.Name] = true
		names := table.Names()
		if slices.Sort(names); len(slices.Compact(names)) != len(table.Columns) {
			t.Errorf("%s has two columns of one name", table.Name)
		}
		if len(table.Keys()) == 0 {
			t.Errorf("%s has no key", table.Name)
		}
	}
}

func TestDescriptionsThatDescribeNothing(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"id", "names no field"},
		{"id Name", "has no field"},
		{"id Booking kee", "means nothing"},
		{"break_minutes Break", "how is a time.Duration kept"},
		{"reason Reason minutes", "how is a session.TextID kept"},
		{"worked Span", "how is a calendar.Span kept"},
	} {
		_, err := column(reflect.TypeFor[booking.Hours](), strings.Fields(c.line))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.line, err, c.want)
		}
	}
}

// coded is a string that is written as another one.
type coded string

func (c coded) MarshalText() ([]byte, error) { return []byte("code " + c), nil }

func TestStringsWithAnotherText(t *testing.T) {
	type record struct{ Code coded }
	if _, err := column(reflect.TypeFor[record](), []string{"code", "Code"}); err == nil {
		t.Error("nothing reads such a text, but a column is made of it")
	}
}

// TestRecordsComeBack writes each type of record as a row and as an object, and reads it again: once with a value in
// every field, once with none but those that a row can't do without.
func TestRecordsComeBack(t *testing.T) {
	comeBack[session.Session](t, Sessions)
	comeBack[rota.Application](t, Applications)
	comeBack[booking.Booking](t, Bookings)
	comeBack[Entry](t, Entries)
	comeBack[withdrawal.Case](t, Cases)
	comeBack[withdrawal.Fee](t, Fees)
	comeBack[booking.Hours](t, Hours)
	comeBack[booking.Invoice](t, Invoices)
	comeBack[booking.Message](t, Messages)
	comeBack[Policy](t, Policies)
	comeBack[notify.Settings](t, Settings)
	comeBack[session.Text](t, Texts)
	comeBack[session.Event](t, Events)
	comeBack[Outcome](t, Outcomes)
	comeBack[notify.Delivery](t, Deliveries)
	comeBack[notify.DigestMark](t, Marks)
	if row, err := Diaries.Row(booking.DiaryChange{Clinician: "c", Version: 3}); err != nil || !slices.Equal(row, []any{"c", int64(3)}) {
		t.Errorf("a diary as a row: %v, %v", row, err)
	}
}

var alike = cmp.Options{
	cmpopts.EquateEmpty(), cmpopts.EquateComparable(calendar.Date{}, calendar.Clock{}, calendar.Notice{}),
}

func comeBack[R any](t *testing.T, table *Table) {
	t.Helper()
	full := reflect.New(reflect.TypeFor[R]()).Elem()
	filled := &filler{t: t}
	filled.fill(full, table.record.Name(), false)
	small := reflect.New(reflect.TypeFor[R]()).Elem()
	(&filler{t: t}).fill(small, table.record.Name(), true)
	for _, c := range table.Columns {
		if c.Null && !c.Derived {
			small.FieldByIndex(c.field).SetZero()
		}
	}
	var none R
	row, err := table.Row(none)
	if err != nil {
		t.Fatal(err)
	}
	sameFields(t, table, row, &none)
	for _, v := range []reflect.Value{full, small} {
		record, _ := v.Interface().(R)
		row, err := table.Row(record)
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range table.Columns {
			if row[i] == nil && !c.Null {
				t.Errorf("%s.%s is nothing, of a record that is as small as can be", table.Name, c.Name)
			}
		}
		got, err := Read[R](table, driven(row))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(record, got, alike); diff != "" {
			t.Errorf("%s, read from a row (-want +got):\n%s", table.Name, diff)
		}
		sameFields(t, table, row, &record)
		object, err := table.Object(record)
		if err != nil {
			t.Fatal(err)
		}
		got, err = ReadObject[R](table, object)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(record, got, alike); diff != "" {
			t.Errorf("%s, read from an object (-want +got):\n%s", table.Name, diff)
		}
	}
}

// sameFields asks that a record's fields as text, and its row, are what each field's own type says, with no column's form
// in between.
func sameFields[R any](t *testing.T, table *Table, row []any, record *R) {
	t.Helper()
	i := 0
	err := Fields(table, record, func(text []byte) {
		c := table.Columns[i]
		if !c.Derived {
			want, null := said(t, c, reflect.ValueOf(record).Elem().FieldByIndex(c.field))
			if null != (text == nil) || !null && string(text) != want {
				t.Errorf("%s.%s as text is %q, want %q", table.Name, c.Name, text, want)
			}
		}
		same := row[i] == nil && text == nil
		switch v := row[i].(type) {
		case string:
			same = text != nil && string(text) == v
		case int64, bool:
			same = string(text) == fmt.Sprint(v)
		case json.RawMessage:
			same = string(text) == string(v)
		}
		if !same {
			t.Errorf("%s.%s as text is %q, and %v in the row", table.Name, c.Name, text, row[i])
		}
		i++
	})
	if err != nil || i != len(row) {
		t.Errorf("%s: %d fields of %d: %v", table.Name, i, len(row), err)
	}
}

// said is what a column holds, asked of the field's value itself.
func said(t *testing.T, c Column, field reflect.Value) (text string, null bool) {
	t.Helper()
	if c.Null && (field.IsZero() || c.Kind == JSON && field.Kind() != reflect.Struct && field.Len() == 0) {
		return "", true
	}
	var b []byte
	var err error
	switch v := field.Interface().(type) {
	case time.Time:
		return v.UTC().Format(instantLayout), v.IsZero()
	case decimal.Decimal:
		return v.String(), c.Null && v.IsZero()
	case time.Duration:
		if strings.HasSuffix(c.Name, "_minutes") {
			return fmt.Sprint(int64(v / time.Minute)), false
		}
		return fmt.Sprint(v.Microseconds()), false
	case encoding.TextMarshaler:
		b, err = v.MarshalText()
	default:
		if c.Kind != JSON {
			return fmt.Sprint(v), false
		}
		b, err = json.Marshal(v)
	}
	if err != nil {
		t.Errorf("%s: %v", c.Name, err)
	}
	return string(b), false
}

// driven is a row as it comes back from a driver that knows nothing but numbers and text.
func driven(row []any) []any {
	row = slices.Clone(row)
	for i, v := range row {
		switch v := v.(type) {
		case json.RawMessage:
			row[i] = string(v)
		case bool:
			row[i] = map[bool]int64{true: 1}[v]
		}
	}
	return row
}

// filler gives values to fields, no two alike.
type filler struct {
	t *testing.T
	n int
}

func (f *filler) fill(v reflect.Value, path string, small bool) {
	f.n++
	at := time.Date(2026, 7, 1, 8, 0, 0, 1000*f.n, time.UTC)
	switch v.Interface().(type) {
	case withdrawal.Policy:
		p := withdrawal.Default()
		p.Provider, p.Version = "north", f.n
		v.Set(reflect.ValueOf(p))
		return
	case time.Time:
		v.Set(reflect.ValueOf(at))
		return
	case time.Duration:
		v.SetInt(int64(time.Duration(f.n) * time.Minute))
		return
	case withdrawal.Length:
		v.SetInt(int64(time.Duration(f.n) * time.Hour))
		return
	case calendar.Date:
		v.Set(reflect.ValueOf(calendar.MustDate(2026, 7, 1).AddDays(f.n)))
		return
	case calendar.Clock:
		v.Set(reflect.ValueOf(calendar.MustClock(f.n%24, f.n%60)))
		return
	case decimal.Decimal:
		v.Set(reflect.ValueOf(decimal.New(int64(f.n), -4)))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			f.fill(v.Field(i), path+"."+v.Type().Field(i).Name, small)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			f.fill(v.Index(i), path, small)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 2 {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			f.fill(key, path, small)
			f.fill(value, path, small)
			v.SetMapIndex(key, value)
		}
	case reflect.String:
		v.SetString(fmt.Sprintf("%s %d '\"\\ é😀\n", path, f.n))
	case reflect.Bool:
		v.SetBool(!small)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(f.n))
	case reflect.Uint8:
		f.word(v, path)
	default:
		f.t.Errorf("no value for %s", path)
	}
}

// word sets the first word of a closed set that has a text.
func (f *filler) word(v reflect.Value, path string) {
	for n := range uint64(9) {
		v.SetUint(n + 1)
		if text, ok := v.Interface().(encoding.TextMarshaler); ok {
			if b, err := text.MarshalText(); err == nil && len(b) > 0 {
				return
			}
		}
	}
	f.t.Errorf("no word for %s", path)
}
