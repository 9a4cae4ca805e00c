package desk_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// TestBadInputOfCommands gives every command of the desk each of its fields missing, blank, out of range and of another
// tenant: a typed error names the field, and nothing changes.
func TestBadInputOfCommands(t *testing.T) {
	forms := commandForms()
	for _, name := range commandNames() {
		if _, ok := forms[name]; !ok {
			t.Errorf("the command %s has no form", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(forms)) {
		t.Run(name, func(t *testing.T) { forms[name].test(t, name) })
	}
}

// commandNames are the methods of the desk that take a command.
func commandNames() []string {
	var all []string
	for m := range methods() {
		if isCommand(m.Type) {
			all = append(all, m.Name)
		}
	}
	return all
}

func methods() func(func(reflect.Method) bool) {
	return func(yield func(reflect.Method) bool) {
		d := reflect.TypeFor[*desk.Desk]()
		for i := range d.NumMethod() {
			if !yield(d.Method(i)) {
				return
			}
		}
	}
}

func isCommand(m reflect.Type) bool {
	if m.NumIn() != 3 || m.In(2).Kind() != reflect.Struct {
		return false
	}
	f, ok := m.In(2).FieldByName("Command")
	return ok && f.Anonymous && f.Type == reflect.TypeFor[session.Command]()
}

// test runs the valid form, and then each way in which it is wrong, each in a world of its own.
func (f form) test(t *testing.T, name string) {
	t.Helper()
	method, _, _ := strings.Cut(name, "/")
	st := newStage(t)
	args := f.args(st)
	paths := map[string]bool{}
	for i, arg := range args {
		for _, path := range leaves(arg.Type()) {
			paths[dotted(f.labels[i], path)] = true
		}
	}
	if _, err := call(t, st.desk, method, args); err != nil {
		t.Fatalf("the valid form fails: %T: %v", err, err)
	}
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		if len(f.fields[path]) == 0 {
			t.Errorf("the field %s has no cases", path)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(f.fields)) {
		if !paths[path] {
			t.Errorf("there is no field %s", path)
			continue
		}
		cases := f.fields[path]
		if testing.Short() {
			cases = cases[:min(1, len(cases))]
		}
		for _, w := range cases {
			t.Run(path+" "+w.name, func(t *testing.T) { f.refuses(t, method, path, w) })
		}
	}
}

// args are the arguments of a valid form, to be changed at will.
func (f form) args(st *stage) []reflect.Value {
	var args []reflect.Value
	for _, v := range f.valid(st) {
		arg := reflect.New(reflect.TypeOf(v)).Elem()
		arg.Set(reflect.ValueOf(v))
		args = append(args, arg)
	}
	return args
}

func call(t testing.TB, d *desk.Desk, method string, args []reflect.Value) (any, error) {
	t.Helper()
	in := append([]reflect.Value{reflect.ValueOf(t.Context())}, args...)
	out := reflect.ValueOf(d).MethodByName(method).Call(in)
	err, _ := out[1].Interface().(error)
	return out[0].Interface(), err
}

// refuses asks that the desk takes the form if it is fine, and otherwise refuses it with a typed error that names the
// field, and changes nothing.
func (f form) refuses(t *testing.T, method, path string, w wrong) {
	t.Helper()
	st := newStage(t)
	args := f.args(st)
	if w.edit != nil {
		w.edit(st, args)
	} else {
		value := w.value
		if late, ok := value.(func(*stage) any); ok {
			value = late(st)
		}
		f.set(args, path, value)
	}
	before := st.dump()
	_, err := call(t, st.desk, method, args)
	if w.fine != "" {
		if err != nil {
			t.Fatalf("refused, though %s: %T: %v", w.fine, err, err)
		}
		return
	}
	if err == nil {
		t.Fatal("accepted")
	}
	st.untouched(t, before)
	code := typed(t, err)
	switch {
	case w.code != "":
		if code != w.code {
			t.Errorf("got %T %v, want the code %s", err, err, w.code)
		}
	case w.names != "":
		path = w.names
		fallthrough
	default:
		if !fits(named(err), path) {
			t.Errorf("got %T %v, which names %q, not %s", err, err, named(err), path)
		}
	}
}

// fits says whether an error names a field, or one above or below it. A policy's fields are named as in JSON.
func fits(got, want string) bool {
	plain := func(s string) string {
		s = strings.NewReplacer("_", "", "[0]", "", "[1]", "", "[2]", "", "[3]", "", "[]", "").Replace(strings.ToLower(s))
		return strings.TrimPrefix(s, "policy.")
	}
	got, want = plain(got), plain(want)
	return got != "" && (got == want || strings.HasPrefix(got, want+".") || strings.HasPrefix(want, got+"."))
}

func dotted(label, path string) string {
	switch {
	case label == "":
		return path
	case path == "":
		return label
	}
	return label + "." + path
}

// leaf says whether a type is one value, however it is made.
func leaf(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[time.Time](), reflect.TypeFor[calendar.Date](), reflect.TypeFor[calendar.Clock](),
		reflect.TypeFor[decimal.Decimal](), reflect.TypeFor[decimal.NullDecimal]():
		return true
	}
	return t.Kind() != reflect.Struct && t.Kind() != reflect.Pointer && t.Kind() != reflect.Slice
}

// leaves are the paths of all exported fields of a type, at every depth; embedded structs stand for their fields.
func leaves(t reflect.Type) []string {
	switch {
	case leaf(t):
		return []string{""}
	case t.Kind() == reflect.Pointer:
		return leaves(t.Elem())
	case t.Kind() == reflect.Slice:
		var all []string
		for _, path := range leaves(t.Elem()) {
			all = append(all, strings.TrimSuffix("[]."+path, "."))
		}
		return all
	}
	var all []string
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		name := f.Name
		if f.Anonymous {
			name = ""
		}
		for _, path := range leaves(f.Type) {
			if strings.HasPrefix(path, "[]") {
				all = append(all, name+path)
			} else {
				all = append(all, dotted(name, path))
			}
		}
	}
	return all
}

// set gives the field at a path a value.
func (f form) set(args []reflect.Value, path string, value any) {
	for i, label := range f.labels {
		if label == "" {
			if slices.Contains(leaves(args[i].Type()), path) {
				put(args[i], path, value)
				return
			}
		} else if rest, ok := strings.CutPrefix(path+".", label+"."); ok {
			put(args[i], strings.TrimSuffix(rest, "."), value)
			return
		}
	}
}

func put(at reflect.Value, path string, value any) {
	if at.Kind() == reflect.Pointer {
		if at.IsNil() {
			at.Set(reflect.New(at.Type().Elem()))
		} else {
			fresh := reflect.New(at.Type().Elem())
			fresh.Elem().Set(at.Elem())
			at.Set(fresh)
		}
		put(at.Elem(), path, value)
		return
	}
	if path == "" {
		at.Set(reflect.ValueOf(value).Convert(at.Type()))
		return
	}
	if rest, ok := strings.CutPrefix(path, "[]"); ok {
		if at.Len() == 0 {
			at.Set(reflect.MakeSlice(at.Type(), 1, 1))
		}
		put(at.Index(0), strings.TrimPrefix(rest, "."), value)
		return
	}
	name, rest, _ := strings.Cut(path, ".")
	if base, ok := strings.CutSuffix(name, "[]"); ok {
		name, rest = base, strings.TrimSuffix("[]."+rest, ".")
	}
	put(at.FieldByName(name), rest, value)
}

// TestBadInputOfQueries does the same to every query.
func TestBadInputOfQueries(t *testing.T) {
	forms := queryForms()
	for m := range methods() {
		if _, ok := forms[m.Name]; !ok && !isCommand(m.Type) {
			t.Errorf("the query %s has no form", m.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(forms)) {
		t.Run(name, func(t *testing.T) { forms[name].test(t, name) })
	}
}

// TestBadInputLeaves proves that the list of fields misses none.
func TestBadInputLeaves(t *testing.T) {
	got := strings.Join(leaves(reflect.TypeFor[rota.Change]()), " ")
	const want = "ID By.Person By.Capacity By.Provider By.Practice By.Clinician Session Role Start.Date Start.Clock " +
		"Start.Fold End.Date End.Clock End.Fold Break Rate.Amount Rate.Currency Rate.Per Place Instructions Override"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if n := len(leaves(reflect.TypeFor[withdrawal.PublishPolicy]())); n < 40 {
		t.Errorf("a policy has only %d fields", n)
	}
	if len(commandNames()) < 45 {
		t.Errorf("only %d commands: %v", len(commandNames()), commandNames())
	}

}
