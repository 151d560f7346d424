package upgrade

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/api"
	"github.com/holdfast-edge/holdfast/cluster/artefacts"
	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/member"
	"github.com/holdfast-edge/holdfast/cluster/rollout"
	"github.com/holdfast-edge/holdfast/console/client"
	"github.com/holdfast-edge/holdfast/test/cloud/stage"
)

// scene is a cloud of one member with a way to it that can be cut, a device, and sites whose machines run the first version.
type scene struct {
	t       *testing.T
	options member.Options // of the members, one after the other
	member  *member.Member
	leave   func() // has it leave
	token   string
	ask     *client.Client
	way     *stage.Way
	device  string
	sites   []*site
}

// site is one of the sites, and its machine.
type site struct {
	*scene
	*stage.Machine

	name string
}

func set(t *testing.T, names ...string) *scene {
	t.Helper()
	s := &scene{t: t, way: stage.OpenWay(t), device: stage.Device(t)}
	s.options = member.Options{
		Name: "m", Store: lasting{kv.NewMemory()}, Dir: t.TempDir(), Advertise: s.way.Address(), Logger: slog.New(slog.DiscardHandler),
	}
	s.begin()
	for _, version := range []string{first, second, third} {
		s.put(version)
	}
	for _, name := range names {
		s.settle(name)
	}
	for _, v := range s.sites {
		v.runs(first)
	}
	return s
}

// lasting is a store that outlasts the members.
type lasting struct{ *kv.Memory }

func (lasting) Close() error { return nil }

// begin has a member take the place of the one that has left.
func (s *scene) begin() {
	s.t.Helper()
	s.member, s.leave = stage.Member(s.t, s.options)
	if s.token == "" {
		s.token = stage.Token(s.t, s.member)
	}
	var err error
	if s.ask, err = client.New(client.Options{URL: s.member.APIURL(), Token: s.token}); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(s.ask.Close)
	s.way.Lead(s.member.LinkAddress())
}

// anotherMember has the member leave, and another one take its place.
func (s *scene) anotherMember() {
	s.t.Helper()
	s.leave()
	s.options.Name += "m"
	s.begin()
}

// put keeps a program as an artefact.
func (s *scene) put(version string) {
	s.t.Helper()
	octets, err := os.ReadFile(programs(s.t)[version])
	if err != nil {
		s.t.Fatal(err)
	}
	var a artefacts.Artefact
	query := url.Values{"name": {"holdfast"}, "kind": {"program"}, "version": {version}, "platform": {platform()}}
	if err := s.ask.Upload(s.t.Context(), "/api/v1/artefacts", query, octets, &a); err != nil {
		s.t.Fatal(err)
	}
}

// settle has a machine with the first version join, and read the device.
func (s *scene) settle(name string) {
	s.t.Helper()
	dir := s.t.TempDir()
	data, file := filepath.Join(dir, "data"), filepath.Join(dir, "site.yaml")
	text := fmt.Sprintf("site: %s\nconsole: {listen: \"127.0.0.1:0\"}\ndevices:\n  - name: boiler\n    driver: modbus\n    endpoint: tcp://%s\n"+
		"    groups: [{name: climate, scan: 20ms, tags: [{name: temperature, address: \"holding:0\"}]}]\n", name, s.device)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	var token api.JoinToken
	if err := s.ask.Send(s.t.Context(), http.MethodPost, "/api/v1/sites", api.NewSite{Name: name}, &token); err != nil {
		s.t.Fatal(err)
	}
	program := programs(s.t)[first]
	join := exec.Command(program, "edge", "join", "--cloud", s.way.Address(), "--data", data, "--token", token.Token)
	if out, err := join.CombinedOutput(); err != nil {
		s.t.Fatalf("join: %v: %s", err, out)
	}
	s.sites = append(s.sites, &site{s, stage.Boot(s.t, data, program, "edge", "-c", file, "--data", data), name})
}

// known is what the cloud knows of the site.
func (v *site) known() (known api.Site) {
	v.t.Helper()
	if err := v.ask.Get(v.t.Context(), "/api/v1/sites/"+v.name, nil, &known); err != nil {
		v.t.Fatal(err)
	}
	return known
}

// runs waits until the site is connected with a version, and its device is read.
func (v *site) runs(version string) {
	v.t.Helper()
	stage.Eventually(v.t, v.name+" runs version "+version+" and reads its device", func() bool {
		known := v.known()
		return known.Owner != nil && known.Session != nil && known.Session.Version == version && v.good()
	})
}

// good tells whether the device's tag has a good value.
func (v *site) good() bool {
	var values []struct{ Quality string }
	err := v.ask.Get(v.t.Context(), "/api/v1/sites/"+v.name+"/values", nil, &values)
	return err == nil && len(values) == 1 && values[0].Quality == "Good"
}

// harm has the third version do harm at a site; empty: none.
func (v *site) harm(how string) {
	v.t.Helper()
	if err := os.WriteFile(filepath.Join(v.Data, "fault"), []byte(how), 0o600); err != nil {
		v.t.Fatal(err)
	}
}

// policy is quick, but for a machine that is busy.
func policy() *link.ProgramPolicy {
	p := link.DefaultProgramPolicy()
	p.Window, p.Confirm, p.Start = time.Second, 2*time.Minute, 2*time.Minute
	return &p
}

// upgrade begins a rollout of a version to every site, the canary first.
func (s *scene) upgrade(version string, p *link.ProgramPolicy) (r rollout.Rollout) {
	s.t.Helper()
	n := api.NewRollout{Program: &api.NewProgram{Version: version, Policy: p}, Selector: "name=plant-*", Canary: 1, Wave: 10, Within: 300}
	if err := s.ask.Send(s.t.Context(), http.MethodPost, "/api/v1/rollouts", n, &r); err != nil {
		s.t.Fatal(err)
	}
	return r
}

// shown is a rollout as it is now.
func (s *scene) shown(r rollout.Rollout) (now rollout.Rollout) {
	s.t.Helper()
	if err := s.ask.Get(s.t.Context(), "/api/v1/rollouts/"+r.ID, nil, &now); err != nil {
		s.t.Fatal(err)
	}
	return now
}

// ended waits for the end of a rollout, and until it is known what came of each site that was told.
func (s *scene) ended(r rollout.Rollout) rollout.Rollout {
	s.t.Helper()
	stage.Eventually(s.t, "the rollout has ended everywhere", func() bool {
		r = s.shown(r)
		return r.State.Ended() && r.Count(rollout.Begun) == 0
	})
	return r
}
