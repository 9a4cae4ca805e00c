package postgres

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/sessional-go/sessional/internal/relational"
)

var update = flag.Bool("update", false, "write the functions anew; only for a migration that was not released yet")

// current is the migration with the newest functions.
const current = "migrations/0002_functions.up.sql"

// TestTheFunctionsFollowTheTables compares the functions that write rows with what the tables' descriptions make of
// them: whoever adds a column adds a migration with the next numbers.
func TestTheFunctionsFollowTheTables(t *testing.T) {
	want := functions(release)
	if *update {
		if err := os.WriteFile(current, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(current)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what internal/relational's tables make of it", current)
	}
}

func functions(n string) string {
	var b strings.Builder
	for _, part := range []string{"load", "commit", "queue"} {
		text, err := os.ReadFile("testdata/" + part + ".sql")
		if err != nil {
			panic(err)
		}
		b.WriteString(expand(string(text), n))
	}
	return b.String()
}

// expand fills in what follows from the tables. In the templates, {n} is the release of the functions;
// "{write TABLE kind}" a section that checks and writes the rows of a table, and "{names TABLE}" the columns of
// one.
func expand(text, n string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) > 1 && strings.HasPrefix(words[0], "{write") {
			b.WriteString(section(words[1], strings.TrimSuffix(words[2], "}")))
			continue
		}
		for _, t := range relational.All() {
			line = strings.ReplaceAll(line, "{names "+t.Name+"}", strings.Join(t.Names(), ", "))
		}
		b.WriteString(strings.ReplaceAll(line, "{n}", n))
	}
	return b.String()
}

// section checks and writes the rows of one table: the guards that are only compared first, then rows that are there
// already, then new ones. A booking that ends gives up its session before another one takes it.
func section(name, kind string) string {
	for _, t := range relational.All() {
		if t.Name != name {
			continue
		}
		_, id, _ := relational.Subjects("")
		for _, c := range t.Columns {
			if c.Key {
				id = c.Name
			}
		}
		where := "t." + id + " = x." + id
		check := "t." + id + " = r.id"
		if t.Keys()[0] == "provider" {
			where, check = "t.provider = x.provider AND "+where, "t.provider = r.provider AND "+check
		}
		var set, values []string
		for _, c := range t.Columns {
			values = append(values, "x."+c.Name)
			if !c.Key {
				set = append(set, c.Name+" = x."+c.Name)
			}
		}
		return strings.NewReplacer(
			"<table>", name, "<kind>", kind, "<names>", strings.Join(t.Names(), ", "),
			"<values>", strings.Join(values, ", "), "<set>", strings.Join(set, ", "), "<where>", where, "<check>", check,
			"<extra>", extra[name],
		).Replace(template)
	}
	panic("no table " + name)
}

const template = `
    IF checks ? '<kind>' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(checks->'<kind>') AS x(provider text, id text, version bigint) LOOP
            IF r.version = 0 THEN
                -- That it isn't there stays true: whoever would make it waits for something that is written here.
                PERFORM 1 FROM {schema}.<table> t WHERE <check>;
                IF FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
            ELSE
                PERFORM 1 FROM {schema}.<table> t WHERE <check> AND t.version = r.version FOR SHARE;
                IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
            END IF;
        END LOOP;
    END IF;
    IF doc ? '<table>' THEN
        UPDATE {schema}.<table> t SET <set>
        FROM jsonb_populate_recordset(NULL::{schema}.<table>, doc->'<table>') AS x
        WHERE <where> AND t.version = x.version - 1;
        GET DIAGNOSTICS many = ROW_COUNT;
        IF many <> jsonb_array_length(doc->'<table>') THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
    END IF;
    IF doc ? 'new_<table>' THEN
        INSERT INTO {schema}.<table> (<names>)
        SELECT <values>
        FROM jsonb_populate_recordset(NULL::{schema}.<table>, doc->'new_<table>') AS x;<extra>
    END IF;
`

var extra = map[string]string{
	"sessions": `
        INSERT INTO {schema}.session_references (reference, provider, session)
        SELECT x.reference, x.provider, x.id
        FROM jsonb_populate_recordset(NULL::{schema}.sessions, doc->'new_sessions') AS x;`,
}
