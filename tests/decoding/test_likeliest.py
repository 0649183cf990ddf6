"""The largest of long rows are those that topk finds."""

import pytest
import torch

from core.decoding.likeliest import likeliest


@pytest.mark.parametrize("size", [1, 5, 64, 128, 1000, 4096, 20352])
@pytest.mark.parametrize("count", [1, 10, 32, 500])
@pytest.mark.parametrize("seed", range(3))
def test_values_and_places_are_those_of_topk(size: int, count: int, seed: int) -> None:
    torch.manual_seed(seed)
    # A permutation has no equals, whose order nobody promises.
    values = torch.stack([torch.randperm(size) for _ in range(3)]).float()
    largest, places = likeliest(values, count)
    expected = values.topk(min(count, size), dim=1)
    assert largest.equal(expected.values)
    assert places.equal(expected.indices)


def test_equals_and_what_is_impossible_are_found_as_well() -> None:
    values = torch.full((2, 4096), -torch.inf)
    values[0, [7, 8, 4000]] = 1.0
    largest, places = likeliest(values, 5)
    assert largest[0].tolist() == [1.0, 1.0, 1.0, -torch.inf, -torch.inf]
    assert set(places[0, :3].tolist()) == {7, 8, 4000}
    assert values.gather(1, places).equal(largest)
    assert len(set(places[1].tolist())) == 5
