package blob_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/cluster/blob"
	"github.com/holdfast-edge/holdfast/cluster/blob/blobtest"
)

func TestADirectoryPassesTheSuite(t *testing.T) {
	d, err := blob.OpenDirectory(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	blobtest.Run(t, d)
}
