package fleet

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/api"
	"github.com/holdfast-edge/holdfast/cluster/rollout"
	"github.com/holdfast-edge/holdfast/cluster/telemetry"
)

// Tell tells the whole story once.
func (f *Fleet) Tell(ctx context.Context) error {
	acts := []struct {
		title string
		play  func(context.Context) error
	}{
		{"Three sites join", f.joining},
		{"All of them are told what to run", f.configuring},
		{"A rule is changed on all of them", f.changing},
		{"A mistake is stopped at the first site", f.failing},
		{"A site is cut off, and catches up", f.cutting},
		{"A device is restarted on every site", f.restarting},
	}
	for i, act := range acts {
		f.sayf("── %d. %s %s\n", i+1, act.title, strings.Repeat("─", 60-len(act.title)))
		if err := act.play(ctx); err != nil {
			return fmt.Errorf("%s: %w", act.title, err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(f.o.Pause):
		}
	}
	return nil
}

// joining adds each site, and has its node join with the token, as its plant's firewall lets it.
func (f *Fleet) joining(ctx context.Context) error {
	f.sayf("A site is added at the cloud, which makes a token. With it a node joins, once: it makes its own key, checks that the\ncloud is the one of the token, and has the key signed. These plants have an HTTP proxy as their only way out.\n")
	for i, s := range f.sites {
		var token api.JoinToken
		add := []string{"site", "add", s.name, "-l", "region=" + s.region, "-p", "line=" + s.plant.Address(), "-p", "console=" + s.console}
		if err := f.ask(ctx, &token, f.o.Cloud, add...); err != nil {
			return err
		}
		join := []string{"edge", "join", "--cloud", f.link, "--proxy", s.wall.url, "--data", s.name}
		text, code, err := f.run(ctx, f.o.Node, append(join, "--token", token.Token)...)
		if err != nil || code != 0 {
			return errors.Join(err, fmt.Errorf("%s did not join: %s", s.name, text))
		}
		if i == 0 {
			f.sayf("  $ holdfast-cloud %s\n    %.24s…\n", quoted(add), token.Token)
			f.sayf("  $ holdfast %s --token %.8s…\n    %s\n  $ holdfast edge -c %s.yaml --data %s\n", quoted(join), token.Token, strings.TrimSpace(text), s.name, s.name)
		}
		if s.node, _, err = startProgram(ctx, f.dir, s.name, "Console", f.o.Node, "edge", "-c", s.name+".yaml", "--data", s.name); err != nil {
			return err
		}
	}
	if err := f.await(ctx, "every site is connected", func(s api.Site) bool { return s.Connected() }); err != nil {
		return err
	}
	return f.show(ctx, 0, f.o.Cloud, "site", "list")
}

// await waits until something holds for every site.
func (f *Fleet) await(ctx context.Context, what string, holds func(api.Site) bool) error {
	return f.until(ctx, what, func() (bool, error) {
		var list []api.Site
		if err := f.ask(ctx, &list, f.o.Cloud, "site", "list"); err != nil {
			return false, err
		}
		for _, s := range list {
			if !holds(s) {
				return false, nil
			}
		}
		return len(list) == len(f.sites), nil
	})
}

func (f *Fleet) configuring(ctx context.Context) error {
	f.sayf("The directory plants/ is the configuration of them all; {{line}} and {{console}} are each site's own parameters. The first\nsite that gets it is the canary: the others follow when it has confirmed that it is well.\n")
	return f.rollOut(ctx, 0)
}

// rollOut rolls out the directory and waits for the end.
func (f *Fleet) rollOut(ctx context.Context, want int) error {
	return f.show(ctx, want, f.o.Cloud, "rollout", "start", "-f", "plants", "-t", "-s", "region", "--canary", "1", "--wave", "2", "-w")
}

func (f *Fleet) changing(ctx context.Context) error {
	if err := f.change("rules.yaml", "temperature = 30", "temperature > 27"); err != nil {
		return err
	}
	f.sayf("The boilers shall be cooled earlier: plants/rules.yaml is edited. What differs, and what the site itself would make of it:\n")
	if err := f.show(ctx, 0, f.o.Cloud, "diff", "-f", "plants", "-t", "--site", "plant-1"); err != nil {
		return err
	}
	if err := f.show(ctx, 0, f.o.Cloud, "apply", "-f", "plants", "-t", "--site", "plant-1", "--dry-run"); err != nil {
		return err
	}
	f.sayf("Only the rule is touched: no scan is missed, no connection is opened anew.\n")
	if err := f.rollOut(ctx, 0); err != nil {
		return err
	}
	return f.await(ctx, "every site runs generation 2", func(s api.Site) bool { return s.Reported != nil && s.Reported.Confirmed == 2 })
}

func (f *Fleet) failing(ctx context.Context) error {
	if err := f.change("site.yaml", `"holding:`, `"holding:9`); err != nil {
		return err
	}
	f.sayf("Somebody types wrong addresses. The configuration is valid, the devices refuse every register of it.\n")
	if err := f.rollOut(ctx, 3); err != nil {
		return err
	}
	var list []rollout.Rollout
	if err := f.ask(ctx, &list, f.o.Cloud, "rollout", "list"); err != nil {
		return err
	}
	last := list[len(list)-1]
	if last.State != rollout.Stopped || last.Count(rollout.Waiting) != len(f.sites)-1 {
		return fmt.Errorf("the rollout is %s, and %d sites were spared", last.State, last.Count(rollout.Waiting))
	}
	f.sayf("The canary has gone back by itself to what it ran before. The others were never told.\n")
	if err := f.change("site.yaml", `"holding:9`, `"holding:`); err != nil {
		return err
	}
	return f.show(ctx, 0, f.o.Cloud, "site", "list")
}

// account is what of a site's stream has come to the cloud.
func (f *Fleet) account(ctx context.Context, site string) (s telemetry.Stream, err error) {
	var list []telemetry.Stream
	if err := f.ask(ctx, &list, f.o.Cloud, "get", "telemetry", site); err != nil {
		return s, err
	}
	for _, s = range list {
		if s.Stream == "boiler.climate" {
			return s, nil
		}
	}
	return s, errors.New("none of its records have come yet")
}

// cutOff is how long the site is alone.
const cutOff = 6 * time.Second

func (f *Fleet) cutting(ctx context.Context) error {
	last := f.sites[len(f.sites)-1]
	f.sayf("The firewall of %s lets nothing out any more.\n", last.name)
	last.wall.setShut(true)
	defer last.wall.setShut(false)
	if err := f.await(ctx, last.name+" is away", func(s api.Site) bool { return s.Name != last.name || !s.Connected() }); err != nil {
		return err
	}
	if err := f.show(ctx, 0, f.o.Cloud, "site", "list"); err != nil {
		return err
	}
	before, err := f.account(ctx, last.name)
	if err != nil {
		return err
	}
	f.sayf("The plant notices nothing: it is polled, the rules run, the records wait on its disk.\n")
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(cutOff):
	}
	if err := f.show(ctx, 0, f.o.Node, "get", "devices", "--url", "http://"+last.console); err != nil {
		return err
	}
	f.sayf("The way is open again. What was measured meanwhile comes, oldest first, beside what is measured now:\n")
	last.wall.setShut(false)
	least := before.Rows + uint64(cutOff/(100*time.Millisecond))/2
	err = f.until(ctx, "the site has caught up", func() (bool, error) {
		s, err := f.account(ctx, last.name)
		return err == nil && s.Rows >= least && s.Missing == 0 && len(s.Gaps) == 0, err
	})
	if err != nil {
		return err
	}
	return f.show(ctx, 0, f.o.Cloud, "get", "telemetry", last.name)
}

func (f *Fleet) restarting(ctx context.Context) error {
	f.sayf("A command has a deadline and one outcome; the same --key never runs twice.\n")
	if err := f.show(ctx, 0, f.o.Cloud, "restart", "device/boiler", "-s", "region", "--key", "monday"); err != nil {
		return err
	}
	f.sayf("Who did what is written down, in a chain of records that cannot be changed unnoticed:\n")
	return f.show(ctx, 0, f.o.Cloud, "audit", "--limit", "6")
}

// Describe tells the visitor what there is to see and to try.
func (f *Fleet) Describe() string {
	var consoles strings.Builder
	for _, s := range f.sites {
		fmt.Fprintf(&consoles, "  console of %s   http://%s\n", s.name, s.console)
	}
	return fmt.Sprintf(`All of it goes on running, until Ctrl-C:

%s  API of the cloud     http://%s
  everything kept      %s

To give commands yourself:

  export %s
  cd %s
  %s site list
`, consoles.String(), f.api, f.dir, strings.Join(f.env, " "), f.dir, filepath.Clean(f.o.Cloud))
}
