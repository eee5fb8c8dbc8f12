"""What a resource of the desk consists of: each field reads JSON, shows it and describes itself.

Reading is strict: a number is not taken for a text, nor an unknown slug for none. The rest of the
rules is the models'.
"""

import re

from sources import dates
from sources.characters import objection
from sources.constraints import LANGUAGE_TAG, SLUG
from sources.languages import texts

NULL = {"type": "null"}


class Wrong(Exception):
    """This value cannot be meant. `errors` are pairs of a path inside the value and a sentence."""

    def __init__(self, sentence, *path):
        super().__init__(sentence)
        self.errors = [(path, sentence)]

    @classmethod
    def all(cls, errors):
        wrong = cls("")
        wrong.errors = errors
        return wrong


class Field:
    """A column of the row, called `name` outside. `once`: told when the row is made, only."""

    type = {}
    empty = None  # what the column has for null
    related = ()  # what showing it needs

    def __init__(self, name, description, *, column=None, required=False, once=False):
        self.name = name
        self.column = column or name
        self.description = description
        self.required = required
        self.once = once

    def shape(self):
        return self.type | {"description": self.description}

    def nullable(self):
        """Null takes away what is there."""
        if self.required:
            return self.shape()
        return {"anyOf": [self.type, NULL], "description": self.description}

    def read(self, value):
        return self.empty if value is None else self.parse(value)

    def parse(self, value):
        raise NotImplementedError

    def put(self, said, value, row):
        """Add what was read to what is to be written. `row` is as it stands, or new."""
        said.columns[self.column] = self.read(value)

    def show(self, row):
        return getattr(row, self.column)


class Text(Field):
    """`pattern` is a constraint's, with what it says, so that the mistake is told of this field."""

    type = {"type": "string"}
    empty = ""

    def __init__(self, name, description, *, pattern=None, says="", **options):
        super().__init__(name, description, **options)
        self.pattern, self.says = pattern, says
        if pattern:
            self.type = self.type | {"pattern": pattern}

    def parse(self, value):
        text = self.strip(text_of(value))
        if self.pattern and not re.search(self.pattern, text):
            raise Wrong(str(self.says))
        return text

    @staticmethod
    def strip(text):
        return text.strip()


class Excerpt(Text):
    """Words of a source as they stand there, with the white space at their ends."""

    @staticmethod
    def strip(text):
        return text


class Address(Text):
    """A text, or nothing at all."""

    type = {"type": ["string", "null"]}
    empty = None


class Language(Text):
    def __init__(self, name, description, **options):
        says = "Write a BCP 47 tag, such as en or zh-Hans."
        super().__init__(name, description, pattern=LANGUAGE_TAG, says=says, **options)


class Choice(Text):
    def __init__(self, name, description, choices, **options):
        super().__init__(name, description, **options)
        empty = [] if self.required else [""]
        self.type = {"type": "string", "enum": [*choices.values, *empty]}


class Flag(Field):
    type = {"type": "boolean"}
    empty = False

    def parse(self, value):
        if not isinstance(value, bool):
            raise Wrong("Write true or false.")
        return value


class Number(Field):
    type = {"type": "integer", "minimum": 0}
    empty = 0

    def parse(self, value):
        if isinstance(value, bool) or not isinstance(value, int):
            raise Wrong("Write a whole number.")
        return value


class Strings(Field):
    type = {"type": "array", "items": {"type": "string"}}
    empty = ()

    def read(self, value):
        return [] if value is None else [self._item(*pair) for pair in enumerate(list_of(value))]

    @staticmethod
    def _item(place, item):
        try:
            return text_of(item).strip()
        except Wrong as error:
            raise Wrong(str(error), place) from None


class RoughDate(Field):
    """A date as far as it is known: 2023, 2023-06 or 2023-06-04."""

    type = {"type": ["string", "null"], "pattern": "^[0-9]{4}(-[0-9]{2}){0,2}$"}

    def __init__(self, name, description, *, precision="", **options):
        super().__init__(name, description, **options)
        self.precision = precision

    def put(self, said, value, row):
        date, precision = self.read(value) or (None, "")
        said.columns |= {self.column: date, self.precision: precision}

    def parse(self, value):
        try:
            return dates.parse(text_of(value))
        except ValueError as error:
            raise Wrong(str(error)) from None

    def show(self, row):
        return dates.to_text(getattr(row, self.column), getattr(row, self.precision))


class Day(Field):
    type = {"type": ["string", "null"], "format": "date"}

    def parse(self, value):
        try:
            date, precision = dates.parse(text_of(value))
        except ValueError as error:
            raise Wrong(str(error)) from None
        if precision != "day":
            raise Wrong("Write a day, such as 2023-06-04.")
        return date

    def show(self, row):
        day = getattr(row, self.column)
        return day and day.isoformat()


class Related(Field):
    """Another row, by its slug. `rows` are those that may be named."""

    type = {"type": ["string", "null"], "pattern": SLUG}

    def __init__(self, name, description, rows, **options):
        super().__init__(name, description, **options)
        self.rows = rows
        self.related = (self.column,)

    def parse(self, value):
        found = self.rows().filter(slug=text_of(value)).first()
        if found is None:
            raise Wrong(f"There is none of the slug {value!r}.")
        return found

    def show(self, row):
        found = getattr(row, self.column)
        return found and found.slug


class Slugs(Field):
    """Other rows, each by its slug; all of them, whatever stood there before."""

    type = {"type": "array", "items": {"type": "string", "pattern": SLUG}}

    def __init__(self, name, description, rows, **options):
        super().__init__(name, description, **options)
        self.rows = rows
        self.related = (self.column,)

    def read(self, value):
        slugs = [] if value is None else list_of(value)
        for place, slug in enumerate(slugs):
            try:
                text_of(slug)
            except Wrong as error:
                raise Wrong(str(error), place) from None
        found = {row.slug: row for row in self.rows().filter(slug__in=slugs)}
        unknown = [place for place, slug in enumerate(slugs) if slug not in found]
        if unknown:
            sentence = "There is none of the slug {!r}."
            raise Wrong.all([((place,), sentence.format(slugs[place])) for place in unknown])
        return list(found.values())

    def put(self, said, value, row):
        said.sets[self.column] = self.read(value)

    def show(self, row):
        return sorted(found.slug for found in getattr(row, self.column).all())


class Facts(Field):
    """Names with texts. Those that are named change; null takes one away."""

    type = {"type": "object", "additionalProperties": {"type": ["string", "null"]}}

    def put(self, said, value, row):
        given = {} if value is None else object_of(value)
        if problem := next(filter(None, map(objection, given)), None):
            raise Wrong(problem)
        read = {name: self._fact(name, fact) for name, fact in given.items()}
        kept = {} if value is None else getattr(row, self.column) or {}
        merged = kept | read
        said.columns[self.column] = {name: text for name, text in merged.items() if text}

    @staticmethod
    def _fact(name, fact):
        try:
            return "" if fact is None else text_of(fact).strip()
        except Wrong as error:
            raise Wrong(str(error), name) from None


class Texts(Field):
    """A text in some languages. Those that are named change; null takes one away."""

    type = {
        "type": "object",
        "propertyNames": {"pattern": LANGUAGE_TAG},
        "additionalProperties": {"type": ["string", "null"]},
    }
    related = ("translations",)

    def put(self, said, value, row):
        given = dict.fromkeys(_tags(row)) if value is None else object_of(value)
        wrong = []
        for tag, text in given.items():
            try:
                text_of(tag)
                said.texts.setdefault(self.column, {})[tag] = (
                    "" if text is None else text_of(text).strip()
                )
            except Wrong as error:
                wrong.append(((tag,), str(error)))
        if wrong:
            raise Wrong.all(wrong)

    def show(self, row):
        return texts(row.translations.all(), self.column)


def _tags(row):
    return [translation.language for translation in row.translations.all()] if row.pk else []


class Parts(Field):
    """Rows that belong to this one, all of them: what is not in the list goes."""

    def __init__(self, name, description, fields, related=(), **options):
        super().__init__(name, description, **options)
        self.fields = fields
        self.related = (self.column, *(f"{self.column}__{path}" for path in related))
        self.type = {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {part.name: part.shape() for part in fields},
                "required": [part.name for part in fields if part.required],
            },
        }

    def put(self, said, value, row):
        read, wrong = [], []
        for place, part in enumerate([] if value is None else list_of(value)):
            try:
                inside = type(said)()
                read_into(inside, self.fields, object_of(part), None)
                read.append(inside.columns)
            except Wrong as error:
                wrong += [((place, *path), sentence) for path, sentence in error.errors]
        if wrong:
            raise Wrong.all(wrong)
        said.parts[self.column] = read

    def show(self, row):
        return [
            {part.name: part.show(found) for part in self.fields}
            for found in getattr(row, self.column).all()
        ]


def read_into(said, fields, given, row):
    """Read all of an object, whose names have been looked at unless it is a part."""
    wrong = []
    known = {field.name: field for field in fields}
    for name, value in given.items():
        try:
            if name not in known:
                raise Wrong(f"There is no such field; the fields are {', '.join(known)}.")
            known[name].put(said, value, row)
        except Wrong as error:
            wrong += [((name, *path), sentence) for path, sentence in error.errors]
    is_new = row is None or row.pk is None
    wrong += [
        ((field.name,), "Write this.")
        for field in fields
        if is_new and field.required and given.get(field.name) is None
    ]
    if wrong:
        raise Wrong.all(wrong)


def text_of(value):
    if not isinstance(value, str):
        raise Wrong("Write a text.")
    text = value.replace("\r\n", "\n")
    if problem := objection(text):
        raise Wrong(problem)
    return text


def list_of(value):
    if not isinstance(value, list):
        raise Wrong("Write a list.")
    return value


def object_of(value):
    if not isinstance(value, dict):
        raise Wrong("Write an object, with names and values.")
    return value
