package upgrade

import (
	"errors"
	"sync"
	"testing"

	"github.com/holdfast-edge/holdfast/test/cloud/stage"
)

// The versions. The first two are the same program, the third is of a newer form of the data, and does harm where it is told to.
const first, second, third = "1.0.0", "2.0.0", "3.0.0"

// built are the programs by version, built once.
var built = sync.OnceValues(func() (paths map[string]string, err error) {
	paths = map[string]string{}
	for _, p := range []stage.Program{
		{Package: "./cmd/holdfast", Version: first},
		{Package: "./cmd/holdfast", Version: second},
		{Package: "./test/cloud/upgrade/variant", Version: third, Tags: "nextform"},
	} {
		path, failed := stage.Build(p)
		paths[p.Version], err = path, errors.Join(err, failed)
	}
	return paths, err
})

func programs(t *testing.T) map[string]string {
	t.Helper()
	paths, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func TestMain(m *testing.M) { stage.Main(m) }
