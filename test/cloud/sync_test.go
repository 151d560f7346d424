package cloud_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/cluster/api"
)

func TestSitesRunWhatADirectorySays(t *testing.T) {
	c := start(t, 1)
	c.join("plant-1", map[string]string{"region": "eu"})
	c.join("plant-2", map[string]string{"region": "us"})
	dir := t.TempDir()
	for name, text := range map[string]string{
		"common/site.yaml": "site: '{{site}}' # {{region}}\n", "common/rules.yaml": "rules: []\n",
		"sites/plant-1/README.md": "nothing\n", "sites/plant-1/own.yaml": "sinks: []\n",
		"sites/plant-2/rules.yaml": "rules: [] # its own\n", "sites/nobody/x.yaml": "site: nobody\n", "sites/.git/config": "",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sync := func() string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), build(t).cloud, "sync", "-f", dir, "--api", c.members[0].APIURL(), "--token", c.token)
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), "nobody: ") {
			t.Errorf("a site that is not there is no trouble: %v\n%s", err, out)
		}
		return string(out)
	}
	if out := sync(); !strings.Contains(out, "plant-1: generation 1\n") || !strings.Contains(out, "plant-2: generation 1\n") {
		t.Errorf("it said %s", out)
	}
	if out := sync(); !strings.Contains(out, "plant-1: generation 1, as before\n") || !strings.Contains(out, "plant-2: generation 1, as before\n") {
		t.Errorf("the second time it said %s", out)
	}
	for site, want := range map[string]string{
		"plant-1": "own.yaml: sinks: []\n|rules.yaml: rules: []\n|site.yaml: site: 'plant-1' # eu\n|",
		"plant-2": "rules.yaml: rules: [] # its own\n|site.yaml: site: 'plant-2' # us\n|",
	} {
		var g api.GenerationFiles
		c.do(http.MethodGet, "/api/v1/sites/"+site+"/desired", nil, &g)
		var got strings.Builder
		for _, f := range g.Files {
			got.WriteString(f.Name + ": " + f.Data + "|")
		}
		if got.String() != want {
			t.Errorf("%s shall run %q, want %q", site, got.String(), want)
		}
	}
}
