package migrate_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/holdfast-edge/holdfast/internal/migrate"
	"github.com/holdfast-edge/holdfast/internal/migrate/migratetest"
)

// texts are such that YAML would take for something else, were they not quoted.
func texts() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.String(),
		rapid.StringMatching(`[ \n"'#:\-a-c{}\[\],&*!|>%@\x60]{0,12}`),
		rapid.SampledFrom([]string{
			"", "true", "No", "~", "null", "0x1d", "1e3", "12s", "100ms", "1d", "0o7", ".5", "-1", "- a", "a: b", "a #b", "---", "...", "<<", "=",
			"SELECT \"a\"\nFROM b", "a\n", "\na", " a\nb", "a\n \nb", "a\n\nb", "\u0085", "\u2028\"", "\ufeff", "\"", "\t\"x\"", "\"x\" ",
		}),
	)
}

func trees(depth int) *rapid.Generator[*migrate.Node] {
	return rapid.Custom(func(t *rapid.T) *migrate.Node {
		kind := rapid.IntRange(0, 4).Draw(t, "kind")
		if depth == 0 && kind > 1 {
			kind = 0
		}
		switch kind {
		case 0:
			return migrate.Text(texts().Draw(t, "text"))
		case 1:
			return migrate.Number(rapid.Float64Range(-1e9, 1e9).Draw(t, "number"))
		case 2:
			n := migrate.List()
			n.Flow = rapid.Bool().Draw(t, "flow")
			for range rapid.IntRange(0, 3).Draw(t, "items") {
				n.Add(trees(depth-1).Draw(t, "item"))
			}
			return n
		default:
			n := migrate.Map(nil)
			n.Flow = rapid.Bool().Draw(t, "flow")
			for range rapid.IntRange(0, 3).Draw(t, "entries") {
				n.Put(rapid.StringMatching(`[a-z_]{1,8}|[ -~]{1,6}`).Draw(t, "key"), trees(depth-1).Draw(t, "value"))
			}
			return n
		}
	})
}

func TestWhatIsWrittenIsReadBackAsTheSame(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		root := migrate.Map(nil)
		for _, key := range []string{"a", "b"} {
			root.Put(key, trees(3).Draw(r, "tree"))
		}
		migratetest.Rereads(r, root)
	})
}

func TestANodeIsWrittenAsAPersonWould(t *testing.T) {
	tag := migrate.Map(nil).Text("name", "t").Text("address", "holding:0").Int("length", 0).Flag("verify", true).Flag("no", false).Text("empty", "")
	tag.Flow = true
	root := migrate.Map(nil).Text("site", "plant-7").Put("devices", migrate.List(migrate.Map(nil).Text("name", "a").Put("tags", migrate.List(tag)), migrate.Map(nil).Text("sql", "SELECT 1\nFROM s")))
	const want = `site: plant-7
devices:
  - name: a
    tags:
      - {name: t, address: "holding:0", length: 0, verify: true}
  - sql: |-
      SELECT 1
      FROM s
`
	if got := string(root.AppendYAML(nil)); got != want {
		t.Errorf("got\n%s", got)
	}
	if got := string(migrate.Map(nil).AppendYAML(nil)); got != "{}\n" {
		t.Errorf("got %q", got)
	}
}
