package upgrades_test

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/artefacts"
	"github.com/holdfast-edge/holdfast/cluster/commands"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/upgrades"
)

// statement is what a command carries, as the node of a site reads it.
func (c *cloud) statement(command commands.Command) link.ProgramStatement {
	c.t.Helper()
	var signed link.Signed
	if err := json.Unmarshal(command.Arguments, &signed); err != nil {
		c.t.Fatal(err)
	}
	var signers []ed25519.PublicKey
	for _, key := range c.authority.Signers() {
		signers = append(signers, key)
	}
	s, err := link.VerifyProgram(signed, signers, command.Site, command.Key)
	if err != nil {
		c.t.Fatal(err)
	}
	return s
}

func TestASiteIsToldToRunTheArtefactForItsPlatformAndMayFetchItThen(t *testing.T) {
	c := open(t)
	arm, amd := c.put("2.0.0", "linux/arm64", "for arm"), c.put("2.0.0", "linux/amd64", "for amd")
	c.put("1.0.0", "linux/arm64", "an older one")
	c.site("plant-7", "linux/arm64")
	command, err := c.upgrades.Ask(t.Context(), "plant-7", "k1", "anna", c.pin("2.0.0"), within)
	if err != nil {
		t.Fatal(err)
	}
	if command.Kind != upgrades.Kind || command.Target != "program/2.0.0" || command.By != "anna" || command.State != commands.Waiting {
		t.Errorf("the command is %+v", command)
	}
	if s := c.statement(command); s.Digest != arm.Digest || s.Size != arm.Size || s.Platform != "linux/arm64" || s.Version != "2.0.0" || s.Policy != link.DefaultProgramPolicy() {
		t.Errorf("what is signed is %+v", s)
	}
	for digest, want := range map[string]bool{arm.Digest: true, amd.Digest: false} {
		if may, err := c.artefacts.May(t.Context(), "plant-7", digest); err != nil || may != want {
			t.Errorf("it may fetch %s: %t, %v", digest, may, err)
		}
	}
}

func TestWhatMakesNoSenseIsRefusedBeforeAnySiteIsAsked(t *testing.T) {
	c := open(t)
	a := c.put("2.0.0", "linux/arm64", "for arm")
	module, err := c.artefacts.Put(t.Context(), artefacts.Artefact{Name: "units", Kind: artefacts.Wasm, By: "anna"}, []byte("\x00asm"))
	if err != nil {
		t.Fatal(err)
	}
	policy := func(change func(*link.ProgramPolicy)) upgrades.Wanted {
		w := wanted("2.0.0")
		change(&w.Policy)
		return w
	}
	for what, w := range map[string]upgrades.Wanted{
		"nothing":           wanted(""),
		"both":              {Version: "2.0.0", Digest: a.Digest, Policy: link.DefaultProgramPolicy()},
		"no such version":   wanted("3.0.0"),
		"no such digest":    {Digest: strings.Repeat("ab", 32), Policy: link.DefaultProgramPolicy()},
		"a module":          {Digest: module.Digest, Policy: link.DefaultProgramPolicy()},
		"a negative window": policy(func(p *link.ProgramPolicy) { p.Window = -1 }),
		"no time to see it": policy(func(p *link.ProgramPolicy) { p.Confirm = 0 }),
		"no time to start":  policy(func(p *link.ProgramPolicy) { p.Start = 0 }),
		"a negative share":  policy(func(p *link.ProgramPolicy) { p.MaxBad = -0.1 }),
		"more than all":     policy(func(p *link.ProgramPolicy) { p.MaxBad = 1.1 }),
		"restarts":          policy(func(p *link.ProgramPolicy) { p.Restarts = -1 }),
	} {
		if _, err := c.upgrades.Pin(t.Context(), w); !errors.Is(err, upgrades.ErrWanted) || !upgrades.Refused(err) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestASiteThatCannotRunItIsRefusedAndFetchesNothing(t *testing.T) {
	c := open(t)
	a := c.put("2.0.0", "linux/arm64", "for arm")
	c.site("silent", "")
	c.site("other", "linux/riscv64")
	c.site("plant-7", "linux/arm64")
	if _, err := c.commands.Submit(t.Context(), commands.Command{Key: "used", Site: "plant-7", Kind: "restart", Target: "/", Deadline: time.Now().Add(within)}); err != nil {
		t.Fatal(err)
	}
	w := c.pin("2.0.0")
	for _, refusal := range []struct {
		site, key string
		want      error
	}{
		{"nowhere", "k1", upgrades.ErrOld},
		{"silent", "k1", upgrades.ErrOld},
		{"other", "k1", upgrades.ErrPlatform},
		{"plant-7", "used", commands.ErrReused},
	} {
		if _, err := c.upgrades.Ask(t.Context(), refusal.site, refusal.key, "anna", w, within); !errors.Is(err, refusal.want) || !upgrades.Refused(err) {
			t.Errorf("%s: %v", refusal.site, err)
		}
		if may, err := c.artefacts.May(t.Context(), refusal.site, a.Digest); err != nil || may {
			t.Errorf("%s may fetch it: %t, %v", refusal.site, may, err)
		}
	}
	if err := c.artefacts.Remove(t.Context(), a.Digest, false, "anna"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.upgrades.Ask(t.Context(), "plant-7", "k2", "anna", w, within); !errors.Is(err, artefacts.ErrUnknown) || !upgrades.Refused(err) {
		t.Errorf("what was removed meanwhile: %v", err)
	}
}

func TestWhatIsPutAfterAVersionWasPinnedIsNoneOfIt(t *testing.T) {
	c := open(t)
	c.site("plant-7", "linux/arm64")
	first := c.put("2.0.0", "linux/arm64", "as it was tried")
	w := c.pin("2.0.0")
	<-time.After(time.Millisecond) // by which the second one is newer
	second := c.put("2.0.0", "linux/arm64", "built once more")
	for key, ask := range map[string]struct {
		wanted upgrades.Wanted
		digest string
	}{
		"pinned": {w, first.Digest}, "anew": {c.pin("2.0.0"), second.Digest}, "unpinned": {wanted("2.0.0"), second.Digest},
		"digest": {upgrades.Wanted{Digest: first.Digest, Policy: link.DefaultProgramPolicy()}, first.Digest},
	} {
		command, err := c.upgrades.Ask(t.Context(), "plant-7", key, "anna", ask.wanted, within)
		if err != nil || c.statement(command).Digest != ask.digest {
			t.Errorf("%s: %+v, %v", key, c.statement(command), err)
		}
	}
}

func TestMembersThatAskAtOnceAskOnce(t *testing.T) {
	c := open(t)
	c.put("2.0.0", "linux/arm64", "for arm")
	c.site("plant-7", "linux/arm64")
	w := c.pin("2.0.0")
	var (
		asking sync.WaitGroup
		mu     sync.Mutex
		signed = map[string]int{}
	)
	for range 16 {
		asking.Go(func() {
			command, err := c.upgrades.Ask(t.Context(), "plant-7", "k1", "anna", w, within)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			signed[string(command.Arguments)]++
		})
	}
	asking.Wait()
	if list, err := c.commands.List(t.Context(), "plant-7"); err != nil || len(list) != 1 || len(signed) != 1 {
		t.Errorf("%d commands are there, and %d were returned: %v", len(list), len(signed), err)
	}
}
