package fuel_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/holdfast-edge/holdfast/streamsql/wasm/fuel"
)

// plenty is options for tests in which nothing runs out.
func plenty() fuel.Options { return fuel.Options{Start: 1 << 60, Elements: 1 << 20} }

// suite returns the directory of the specification's test suite, of version 2.0,
// as wazero publishes it with itself.
func suite(t testing.TB) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/tetratelabs/wazero").Output()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "internal", "integration_test", "spectest", "v2", "testdata")
}

// wat assembles a module of testdata, or of a text.
func wat(t testing.TB, source string) []byte {
	t.Helper()
	file := filepath.Join("testdata", source)
	if strings.HasPrefix(source, "(") {
		file = filepath.Join(t.TempDir(), "module.wat")
		if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.Command("wat2wasm", "--output=-", file)
	command.Stderr = os.Stderr
	code, err := command.Output()
	if err != nil {
		t.Fatalf("wat2wasm (of Debian's wabt, see tools/deps.sh): %v", err)
	}
	return code
}

// command is one of a script of the suite.
type command struct {
	Type, Name, Filename, As, Text string
	Line                           int
	Action                         struct {
		Type, Module, Field string
		Args                []value
	}
}

type value struct {
	Type     string
	LaneType string          `json:"lane_type"`
	Value    json.RawMessage // a text, or one for each lane
}

// stack returns a value as wazero takes it.
func (v value) stack(t *testing.T) []uint64 {
	var lanes []string
	if v.Type == "v128" {
		if err := json.Unmarshal(v.Value, &lanes); err != nil {
			t.Fatal(err)
		}
		width := 128 / len(lanes)
		out := make([]uint64, 2)
		for i, lane := range lanes {
			out[i*width/64] |= number(t, lane, width) << (i * width % 64)
		}
		return out
	}
	var one string
	if err := json.Unmarshal(v.Value, &one); err != nil {
		t.Fatal(err)
	}
	return []uint64{number(t, one, 64)}
}

func number(t *testing.T, s string, width int) uint64 {
	switch u, err := strconv.ParseUint(s, 10, 64); {
	case err == nil:
		return u
	case s == "null":
		return 0
	case strings.HasPrefix(s, "nan:"):
		return 0x7fc00000 << max(0, width-32)
	}
	i, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return uint64(i) & (1<<width - 1)
}

// stage is a runtime with the modules of a script, metered or as they are.
type stage struct {
	t       *testing.T
	runtime wazero.Runtime
	metered bool
	last    api.Module
	named   map[string]api.Module
	codes   map[api.Module][]byte
}

func newStage(t *testing.T, spectest []byte, metered bool) *stage {
	s := &stage{t: t, metered: metered, named: map[string]api.Module{}, codes: map[api.Module][]byte{}}
	s.runtime = wazero.NewRuntimeWithConfig(t.Context(), wazero.NewRuntimeConfig().WithCoreFeatures(api.CoreFeaturesV2))
	if err := s.enter(spectest, "spectest"); err != nil {
		t.Fatal(err)
	}
	return s
}

// enter instantiates a module.
func (s *stage) enter(code []byte, name string) error {
	metered := code
	if s.metered {
		m, err := fuel.Meter(code, plenty())
		if err != nil {
			return err
		}
		metered = m.Code
	}
	m, err := s.runtime.InstantiateWithConfig(s.t.Context(), metered, wazero.NewModuleConfig().WithName(name))
	if err != nil {
		return err
	}
	s.last = m
	s.codes[m] = code
	return nil
}

// of returns the module that an action is about.
func (s *stage) of(name string) api.Module {
	if name == "" {
		return s.last
	}
	return s.named[name]
}

// act returns what an action gives.
func (s *stage) act(c command) (results []uint64, err error) {
	m := s.of(c.Action.Module)
	if m == nil {
		return nil, nil
	}
	if c.Action.Type == "get" {
		return []uint64{m.ExportedGlobal(c.Action.Field).Get()}, nil
	}
	var args []uint64
	for _, v := range c.Action.Args {
		args = append(args, v.stack(s.t)...)
	}
	f := m.ExportedFunction(c.Action.Field)
	if f == nil {
		s.t.Fatalf("line %d: no function %s", c.Line, c.Action.Field)
	}
	return f.Call(s.t.Context(), args...)
}

// script is one of the suite's.
type script struct {
	directory      string
	plain, metered *stage
	actions        int
}

// both does the same on both stages and compares what comes of it.
func (s *script) both(t *testing.T, c command, do func(*stage) ([]uint64, error)) {
	want, plain := do(s.plain)
	got, metered := do(s.metered)
	switch {
	case c.Type == "assert_exhaustion":
		if metered == nil {
			t.Errorf("line %d: calls without end are not ended", c.Line)
		}
		s.renew(t) // a call that broke off has not given back the room for its calls
	case firstLine(plain) != firstLine(metered):
		t.Errorf("line %d: %s: %v, metered %v", c.Line, c.Action.Field, plain, metered)
	case !slices.Equal(want, got):
		t.Errorf("line %d: %s: %x, metered %x", c.Line, c.Action.Field, want, got)
	}
	s.actions++
}

// renew makes the last module anew on both stages.
func (s *script) renew(t *testing.T) {
	for _, on := range []*stage{s.plain, s.metered} {
		if err := on.enter(on.codes[on.last], ""); err != nil {
			t.Error(err)
		}
	}
}

func firstLine(err error) string {
	if err == nil {
		return ""
	}
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// registered gives modules the name under which the script registers them later.
func registered(commands []command) []command {
	for i, c := range commands {
		if c.Type != "register" {
			continue
		}
		for at := i - 1; at >= 0; at-- {
			if of := &commands[at]; of.Type == "module" && (c.Name == "" || of.Name == c.Name) {
				of.As = c.As
				break
			}
		}
	}
	return commands
}

func (s *script) run(t *testing.T, c command) {
	switch c.Type {
	case "module", "assert_uninstantiable":
		code := s.read(t, c)
		s.both(t, c, func(on *stage) ([]uint64, error) { return nil, on.enter(code, c.As) })
		if c.Name != "" {
			s.plain.named[c.Name], s.metered.named[c.Name] = s.plain.last, s.metered.last
		}
	case "assert_malformed", "assert_invalid":
		if strings.HasSuffix(c.Filename, ".wasm") {
			s.refused(t, c)
		}
	case "action", "assert_return", "assert_trap", "assert_exhaustion":
		s.both(t, c, func(on *stage) ([]uint64, error) { return on.act(c) })
	}
}

// refused checks that what the runtime does not take is not taken with a meter
// either. What stands in a custom section may be anything: it is left out.
func (s *script) refused(t *testing.T, c command) {
	code := s.read(t, c)
	m, err := fuel.Meter(code, plenty())
	if err != nil {
		return
	}
	if _, err := s.plain.runtime.CompileModule(context.Background(), code); err == nil {
		return
	}
	if _, err = s.metered.runtime.CompileModule(context.Background(), m.Code); err == nil && !strings.Contains(c.Text, "UTF-8") {
		t.Errorf("line %d: %s: it is refused as it is and taken with a meter", c.Line, c.Text)
	}
}

func (s *script) read(t *testing.T, c command) []byte {
	code, err := os.ReadFile(filepath.Join(s.directory, c.Filename))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestEveryScriptOfTheSpecificationGivesTheSameWithAMeter(t *testing.T) {
	directory := suite(t)
	files, err := filepath.Glob(filepath.Join(directory, "*.json"))
	if err != nil || len(files) < 100 {
		t.Fatalf("%d scripts in %s, %v", len(files), directory, err)
	}
	spectest, actions := wat(t, "spectest.wat"), 0
	for n, file := range files {
		if testing.Short() && n%10 != 0 {
			continue
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var of struct{ Commands []command }
			if err := json.Unmarshal(text, &of); err != nil {
				t.Fatal(err)
			}
			s := &script{directory, newStage(t, spectest, false), newStage(t, spectest, true), 0}
			for _, c := range registered(of.Commands) {
				s.run(t, c)
			}
			actions += s.actions
			for _, on := range []*stage{s.plain, s.metered} {
				if err := on.runtime.Close(context.Background()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	if !testing.Short() && actions < 40_000 {
		t.Errorf("%d actions were compared: the suite has more", actions)
	}
}
