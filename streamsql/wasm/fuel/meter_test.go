package fuel_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/holdfast-edge/holdfast/streamsql/wasm/fuel"
)

// engines are those of the runtime: where it has no compiler, both interpret.
func engines() map[string]wazero.RuntimeConfig {
	return map[string]wazero.RuntimeConfig{"default": wazero.NewRuntimeConfig(), "interpreter": wazero.NewRuntimeConfigInterpreter()}
}

// instance is a metered module that runs.
type instance struct {
	module api.Module
	left   api.MutableGlobal
}

func instantiate(t testing.TB, config wazero.RuntimeConfig, code []byte, options fuel.Options) instance {
	t.Helper()
	m, err := fuel.Meter(code, options)
	if err != nil {
		t.Fatal(err)
	}
	runtime := wazero.NewRuntimeWithConfig(t.Context(), config.WithCoreFeatures(api.CoreFeaturesV2).WithMemoryLimitPages(64))
	t.Cleanup(func() {
		if err := runtime.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	module, err := runtime.InstantiateWithConfig(t.Context(), m.Code, wazero.NewModuleConfig().WithName(""))
	if err != nil {
		t.Fatal(err)
	}
	left, ok := module.ExportedGlobal(m.Global).(api.MutableGlobal)
	if !ok {
		t.Fatalf("%s is not exported as a mutable global", m.Global)
	}
	return instance{module, left}
}

// call calls a function with so much fuel and returns what it used.
func (i instance) call(t testing.TB, name string, with int64, args ...uint64) (results []uint64, left fuel.Left, err error) {
	t.Helper()
	i.left.Set(uint64(with))
	results, err = i.module.ExportedFunction(name).Call(t.Context(), args...)
	return results, fuel.Left(i.left.Get()), err
}

func TestACallThatDoesNotEndIsEndedAtTheSameCountOnEveryMachine(t *testing.T) {
	const with = 1_000_000
	code := wat(t, "endless.wat")
	for _, c := range []struct {
		name string
		left fuel.Left
		deep int64 // what is used until calls are nested too deep
	}{
		{name: "spin", left: -1},
		{name: "block_in_loop", left: -1},
		{name: "dispatch", left: -1},
		{name: "itself", deep: 1501},
		{name: "itself_by_table", deep: 3002},
		{name: "each_other", deep: 1501},
		{name: "fill", left: -48656},
		{name: "copy", left: -644},
		{name: "init", left: -5},
		{name: "grow", left: -994},
		{name: "grow_table", left: -988},
		{name: "with_results", left: -3},
		{name: "conditions", left: -5},
	} {
		for engine, config := range engines() {
			i := instantiate(t, config, code, plenty())
			_, left, err := i.call(t, c.name, with)
			switch {
			case err == nil:
				t.Errorf("%s, %s: it ends by itself", c.name, engine)
			case c.deep > 0 && (!left.TooDeep() || left.Exhausted() || left.Used(with) != c.deep):
				t.Errorf("%s, %s: %d left, used %d, want %d and too deep", c.name, engine, left, left.Used(with), c.deep)
			case c.deep == 0 && (left != c.left || left.TooDeep() || left.Used(with) != with):
				t.Errorf("%s, %s: %d left, used %d, want %d left", c.name, engine, left, left.Used(with), c.left)
			}
		}
	}
}

func TestFuelIsTheNumberOfInstructions(t *testing.T) {
	code := wat(t, "endless.wat")
	for _, c := range []struct {
		name   string
		args   []uint64
		result []uint64
		used   int64
	}{
		{name: "sum", args: []uint64{1}, result: []uint64{1}, used: 10},
		{name: "sum", args: []uint64{100}, result: []uint64{5050}, used: 100*9 + 1},
		{name: "tree", args: []uint64{0}, result: []uint64{1}, used: 3},
		{name: "tree", args: []uint64{1}, result: []uint64{2}, used: 3 + 2*3 + 8},
		{name: "fill_once", used: 4 + 1<<20/16},
		{name: "vectors", result: []uint64{8}, used: 5},
	} {
		for engine, config := range engines() {
			i := instantiate(t, config, code, plenty())
			results, left, err := i.call(t, c.name, 1<<40, c.args...)
			if err != nil || left.Used(1<<40) != c.used || len(results) != len(c.result) || len(results) == 1 && results[0] != c.result[0] {
				t.Errorf("%s of %v, %s: %v, %v, used %d, want %d", c.name, c.args, engine, results, err, left.Used(1<<40), c.used)
			}
			if _, left, err := i.call(t, c.name, c.used, c.args...); err != nil || left != 0 {
				t.Errorf("%s, %s: with what it needs: %d left, %v", c.name, engine, left, err)
			}
			if _, left, _ := i.call(t, c.name, c.used-1, c.args...); !left.Exhausted() || left.Used(c.used-1) != c.used-1 {
				t.Errorf("%s, %s: with one less than it needs: %d left", c.name, engine, left)
			}
		}
	}
}

func TestATreeOfCallsUsesFuelWhereItIsNotDeep(t *testing.T) {
	i := instantiate(t, wazero.NewRuntimeConfig(), wat(t, "endless.wat"), plenty())
	if _, left, err := i.call(t, "tree", 100_000, 40); err == nil || !left.Exhausted() {
		t.Errorf("2^40 calls: %d left, %v", left, err)
	}
}

func TestTheRoomForCallsIsGivenBack(t *testing.T) {
	i := instantiate(t, wazero.NewRuntimeConfig(), wat(t, "endless.wat"), plenty())
	for range 1000 {
		if _, left, err := i.call(t, "tree", 1<<40, 5); err != nil {
			t.Fatal(left, err)
		}
	}
}

func TestStartingAModuleUsesItsOwnFuel(t *testing.T) {
	m, err := fuel.Meter(wat(t, `(module (func $start (loop br 0)) (start $start))`), fuel.Options{Start: 1000})
	if err != nil {
		t.Fatal(err)
	}
	runtime := wazero.NewRuntime(t.Context())
	if _, err := runtime.Instantiate(t.Context(), m.Code); err == nil || !strings.Contains(err.Error(), "unreachable") {
		t.Errorf("got %v", err)
	}
	if err := runtime.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestTheMetersGlobalHasANameOfItsOwn(t *testing.T) {
	i := instantiate(t, wazero.NewRuntimeConfig(), wat(t, `(module
		(global (export "holdfast_fuel") (mut i64) (i64.const 5))
		(func (export "holdfast_fuel_2") (result i64) (global.set 0 (i64.const 9)) (global.get 0)))`), plenty())
	results, left, err := i.call(t, "holdfast_fuel_2", 100)
	if err != nil || results[0] != 9 || left != 97 {
		t.Errorf("got %v, %v, %d left", results, err, left)
	}
}

func TestAModuleMayHaveAnyOfTheSectionsThatTheMeterNeeds(t *testing.T) {
	for _, source := range []string{
		`(module)`,
		`(module (func))`,
		`(module (func (export "f")))`,
		`(module (global i32 (i32.const 1)))`,
		`(module (import "a" "b" (global i32)) (global i32 (global.get 0)) (table 1 funcref) (elem (global.get 0) 0) (func))`,
		`(module (memory 1) (data (i32.const 0) "x") (data "passive") (func (memory.init 1 (i32.const 0) (i32.const 0) (i32.const 1)) (data.drop 1)))`,
	} {
		m, err := fuel.Meter(wat(t, source), plenty())
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		if err := compile(t, m.Code); err != nil {
			t.Errorf("%s: %v", source, err)
		}
	}
}

func TestWhatAModuleImportsIsTold(t *testing.T) {
	m, err := fuel.Meter(wat(t, `(module (import "env" "clock" (func)) (import "env" "memory" (memory 1)))`), plenty())
	if err != nil || len(m.Imports) != 2 || m.Imports[0] != (fuel.Import{Module: "env", Name: "clock", Function: true}) || m.Imports[1].Function {
		t.Errorf("got %v, %v", m.Imports, err)
	}
}

func compile(t testing.TB, code []byte) error {
	runtime := wazero.NewRuntimeWithConfig(t.Context(), wazero.NewRuntimeConfig().WithCoreFeatures(api.CoreFeaturesV2))
	_, err := runtime.CompileModule(t.Context(), code)
	return errors.Join(err, runtime.Close(t.Context()))
}

func TestOneTableIsGivenNoMoreThanItsShare(t *testing.T) {
	code := wat(t, `(module (table 10 funcref) (table 5 externref)
		(func (export "grow") (param i32) (result i32) (table.grow 0 (ref.null func) (local.get 0)))
		(func (export "size") (result i32) (table.size 0)))`)
	i := instantiate(t, wazero.NewRuntimeConfig(), code, fuel.Options{Start: 1000, Elements: 115})
	for _, c := range []struct{ by, want uint64 }{{51, 1<<32 - 1}, {50, 10}, {1, 1<<32 - 1}} {
		if got, _, err := i.call(t, "grow", 10_000, c.by); err != nil || got[0] != c.want {
			t.Errorf("by %d: %d, %v, want %d", c.by, got, err, c.want)
		}
	}
	if _, err := fuel.Meter(code, fuel.Options{Elements: 14}); !errors.Is(err, fuel.ErrUnsupported) {
		t.Errorf("more than all tables may have: %v", err)
	}
}

func TestAModuleThatCannotBeMeteredIsRefusedWithThePlace(t *testing.T) {
	body := func(code string) string {
		code = "\x00" + code + "\x0b"
		return "\x01\x04\x01\x60\x00\x00" + "\x03\x02\x01\x00" + "\x0a" + string(rune(len(code)+2)) + "\x01" + string(rune(len(code))) + code
	}
	for what, c := range map[string]struct {
		sections, want string
		cause          error
	}{
		"a tail call":             {body("\x12\x00"), "octet 0x17: opcode 0x12 is not one of", fuel.ErrUnsupported},
		"an atomic":               {body("\x01\xfe\x00\x00\x00"), "octet 0x18: opcode 0xfe", fuel.ErrUnsupported},
		"a misc beyond":           {body("\xfc\x12"), "octet 0x17: opcode 0xfc 0x12", fuel.ErrUnsupported},
		"a relaxed vector":        {body("\xfd\x80\x02"), "octet 0x17: opcode 0xfd 0x80", fuel.ErrUnsupported},
		"a vector that is none":   {body("\xfd\x9a\x01"), "opcode 0xfd 0x9a", fuel.ErrUnsupported},
		"the fuel":                {body("\x23\x00\x1a"), "global 0 of 0", fuel.ErrMalformed},
		"the room":                {body("\x41\x09\x24\x01"), "global 1 of 0", fuel.ErrMalformed},
		"a local of the meter":    {body("\x20\x00\x1a"), "local 0 of 0", fuel.ErrMalformed},
		"an export of the fuel":   {"\x07\x05\x01\x01x\x03\x00", "global 0 of 0", fuel.ErrMalformed},
		"four thousand millions":  {"\x01\x05\xff\xff\xff\xff\x0f", "4294967295 elements are announced in 0 octets", fuel.ErrMalformed},
		"a table of as many":      {"\x04\x08\x01\x70\x00\xff\xff\xff\xff\x0f", "want at most", fuel.ErrUnsupported},
		"locals of as many":       {"\x01\x04\x01\x60\x00\x00\x03\x02\x01\x00\x0a\x0a\x01\x08\x01\xff\xff\xff\xff\x0f\x7f\x0b", "more than 50000", fuel.ErrUnsupported},
		"memory of another kind":  {"\x05\x03\x01\x03\x01", "limits of kind 0x3", fuel.ErrUnsupported},
		"an exception":            {"\x0d\x01\x00", "section 13", fuel.ErrUnsupported},
		"a section twice":         {"\x01\x01\x00\x01\x01\x00", "stands twice", fuel.ErrMalformed},
		"more than the section":   {"\x01\x02\x00\x00", "longer than what is in it", fuel.ErrMalformed},
		"less than is announced":  {"\x01\x7f\x00", "127 octets are announced and 1 are there", fuel.ErrMalformed},
		"an end in the middle":    {"\x01", "ends in the middle", fuel.ErrMalformed},
		"bodies without a type":   {"\x0a\x04\x01\x02\x00\x0b", "1 bodies of 0 functions", fuel.ErrMalformed},
		"a computed constant":     {"\x06\x07\x01\x7f\x00\x41\x01\x6a\x0b", "opcode 0x6a in a constant", fuel.ErrUnsupported},
		"a type of another world": {"\x01\x04\x01\x5f\x00\x00", "a type of form 0x5f", fuel.ErrUnsupported},
	} {
		_, err := fuel.Meter([]byte("\x00asm\x01\x00\x00\x00"+c.sections), fuel.Options{Elements: 1000})
		if !errors.Is(err, c.cause) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", what, err, c.want)
		}
	}
	if _, err := fuel.Meter([]byte("#!/bin/sh"), plenty()); !errors.Is(err, fuel.ErrMalformed) {
		t.Errorf("a script: %v", err)
	}
}
