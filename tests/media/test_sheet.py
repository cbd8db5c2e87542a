from random import Random

from consentry.media.sheet import Sheet, mix, wave

RED, BLUE, WHITE = (200, 20, 20), (20, 20, 200), (255, 255, 255)


def test_shapes_land_where_they_are_asked_for():
    sheet = Sheet((80, 40), WHITE)
    sheet.box(0.25, 0.25, 0.75, 0.75, RED)
    sheet.disc(0.5, 0.5, 0.1, BLUE)
    sheet.stroke([(0.0, 0.9), (1.0, 0.9)], 0.2, BLUE)
    sheet.polygon([(0, 0), (0.2, 0), (0, 0.2)], RED)
    picture = sheet.finished()
    assert picture.size == (80, 40)
    assert [picture.getpixel(at) for at in ((40, 20), (25, 20), (40, 36), (1, 1), (70, 5))] == [
        BLUE,
        RED,
        BLUE,
        RED,
        WHITE,
    ]


def test_a_disc_is_round_on_a_sheet_that_is_not_square():
    sheet = Sheet((400, 200), WHITE)
    sheet.disc(0.5, 0.5, 0.25, RED)
    left, top, right, bottom = (
        sheet.finished().convert("L").point(lambda level: 255 * (level < 200)).getbbox()
    )
    assert abs((right - left) - (bottom - top)) <= 2


def test_a_gradient_goes_from_one_colour_to_the_other():
    sheet = Sheet((10, 100), WHITE)
    sheet.gradient(0, 1, RED, BLUE)
    reds = [sheet.finished().getpixel((5, y))[0] for y in (1, 50, 98)]
    assert reds == sorted(reds, reverse=True)


def test_water_mirrors_what_stands_above_it():
    sheet = Sheet((40, 40), WHITE)
    sheet.box(0, 0, 1, 0.5, RED)
    sheet.mirror(0.5, 0.5, 1.0)
    assert sheet.finished().getpixel((20, 38)) == RED


def test_another_picture_can_be_laid_underneath():
    below = Sheet((20, 20), BLUE)
    sheet = Sheet((40, 20), WHITE)
    sheet.lay(below.finished(), 0.01)
    assert sheet.finished().getpixel((39, 19)) == BLUE


def test_grain_is_soft_and_the_same_for_the_same_seed():
    def grained(seed):
        sheet = Sheet((60, 40), (128, 128, 128))
        sheet.grain(Random(seed), 0.2)
        return sheet.finished()

    assert grained(1).tobytes() == grained(1).tobytes() != grained(2).tobytes()
    low, high = grained(1).convert("L").getextrema()
    assert 60 < low < high < 200


def test_colours_mix_and_hills_stay_near_their_base():
    assert mix((0, 0, 0), (100, 200, 50), 0.5) == (50, 100, 25)
    points = wave(Random(1), 0.5, 0.1)
    assert points[0][0] == 0
    assert points[-1][0] == 1
    assert all(abs(y - 0.5) < 0.15 for _, y in points)
