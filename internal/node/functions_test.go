package node

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/tag"
)

func digestOf(t *testing.T, file string) string {
	t.Helper()
	code, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(code)
	return hex.EncodeToString(sum[:])
}

// warm is a site with a rule that calls a user function, and one that does not.
func warm(t *testing.T, file string) string {
	t.Helper()
	return fmt.Sprintf(`
site: plant-7
console: {listen: "127.0.0.1:0"}
functions: [{name: units, file: "%s", sha256: %s}]
streams: [{name: sensors, mqtt: sensors}]
rules:
  - {name: hot, sql: "SELECT fahrenheit(t) AS f, acc_count(t) AS n FROM sensors"}
  - {name: plain, sql: "SELECT t FROM sensors"}
`, file, digestOf(t, file))
}

func TestAModuleIsReplacedByItsDigestAndTheRulesThatCallItGoOn(t *testing.T) {
	const first, second = "testdata/celsius.wasm", "testdata/celsius-2.wasm"
	l := lives{t, t.TempDir(), components(t)}
	n := run(t, warm(t, first))
	schema, err := tag.NewSchema(tag.NewStreamID("plant-7", "sensors"), "sensors", tag.Field{Name: "t"})
	if err != nil {
		t.Fatal(err)
	}
	output := n.bus.Stream("hot").Subscribe(10, broker.DropOldest, func() {})
	give := func() string {
		deadline := time.Now().Add(time.Minute)
		for state := ""; state != "running" && time.Now().Before(deadline); <-time.After(time.Millisecond) {
			state, _ = n.state("/rules/hot")
		}
		b := tag.NewBuilder(schema, 1)
		b.Row(1)[0] = tag.FloatOf(100)
		if err := n.bus.Stream("sensors").Offer(b.Batch()); err != nil {
			t.Fatal(err)
		}
		for ; time.Now().Before(deadline); <-time.After(time.Millisecond) {
			if out := output.Next(); out != nil {
				return string(tag.AppendRowJSON(nil, out, 0))
			}
		}
		return "nothing"
	}
	if got := give(); got != `{"f":212,"n":1}` {
		t.Fatalf("got %s", got)
	}
	c := changeOf(n.parts(n.scene()), n.parts(l.scene(warm(t, second))))
	if ends := paths(c.ends); !slices.Equal(ends, []string{"/rules/hot"}) {
		t.Errorf("another module ends %v", ends)
	}
	if err := n.enter(t.Context(), l.scene(warm(t, second))); err != nil {
		t.Fatal(err)
	}
	if got := give(); got != `{"f":213,"n":2}` {
		t.Errorf("got %s", got)
	}
	if all := n.Functions(); len(all) != 1 || all[0].SHA256 != digestOf(t, second) || !slices.Equal(all[0].Rules, []string{"hot"}) {
		t.Errorf("functions are %+v", all)
	}
}

func TestAModuleThatIsNotWhatItsDigestSaysIsRefused(t *testing.T) {
	text := strings.ReplaceAll(warm(t, "testdata/celsius.wasm"), digestOf(t, "testdata/celsius.wasm"), strings.Repeat("0", 64))
	_, err := components(t).Parse([]config.Source{{Name: "site.yaml", Data: []byte(text)}})
	if err == nil || !strings.Contains(err.Error(), "the digest does not fit") {
		t.Errorf("got %v", err)
	}
}
