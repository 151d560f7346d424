package house

import "testing"

func TestLinksOfADocumentAreFollowed(t *testing.T) {
	findings, err := CheckDocuments(source(map[string]string{
		"README.md": "# Holdfast\n" +
			"[a page](docs/page.md), [its part](docs/page.md#the-second-part-2), [here](#holdfast), [away](https://example.org/x),\n" +
			"[nowhere](docs/missing.md)\n" +
			"[no such part](docs/page.md#third) ![no picture](docs/page.png \"title\")\n" +
			"[outside](../secret.md)\n" +
			"```go\n" +
			"links[i](argument)\n" +
			"```\n",
		"docs/page.md":             "# Page\n\n## The second part, (2)\n\n[back](../README.md) [a directory](../docs)\n",
		"docs/testdata/example.md": "[nowhere](nowhere.md)\n",
	}))
	if err != nil {
		t.Fatal(err)
	}
	wantFindings(t, findings,
		"README.md:3: the link docs/missing.md leads nowhere",
		"README.md:4: the link docs/page.md#third leads to a heading that is not there",
		"README.md:4: the link docs/page.png leads nowhere",
		"README.md:5: the link ../secret.md leaves the repository",
	)
}

func TestPlacesOfOneMachineAreFound(t *testing.T) {
	findings, err := CheckDocuments(source(map[string]string{
		"README.md": "The data is in /var/lib/holdfast, the port is /dev/ttyUSB0, see /api/v1/work.\n" +
			"Look at /home/anna/holdfast.\n" +
			"Look at `/root`.\n" +
			"```\ncd /work/main\n```\n" +
			"See ../shared/DESIGN.md for more; work/root/home are words.\n",
	}))
	if err != nil {
		t.Fatal(err)
	}
	wantFindings(t, findings,
		"README.md:2: /home/anna/holdfast. exists on one machine only: name it from the project's root",
		"README.md:3: /root exists on one machine only: name it from the project's root",
		"README.md:5: /work/main exists on one machine only: name it from the project's root",
		"README.md:7: ../shared/DESIGN.md exists on one machine only: name it from the project's root",
	)
}
