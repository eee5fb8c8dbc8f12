"""The same claims in tables of the usual kind; texts by language as JSON."""

from django.db import models


class Named(models.Model):
    slug = models.SlugField(max_length=80, primary_key=True)
    name = models.JSONField()

    class Meta:
        abstract = True
        app_label = "stock"

    def __str__(self):
        return self.slug


class Rating(Named):
    symbol = models.CharField(max_length=10)
    value = models.IntegerField(null=True)
    normalized = models.CharField(max_length=10)


class Topic(Named):
    pass


class Subject(Named):
    kind = models.CharField(max_length=20)
    description = models.JSONField()


class Publisher(Named):
    country = models.CharField(max_length=2)
    interests = models.TextField()


class Source(Named):
    publisher = models.ForeignKey(Publisher, models.PROTECT)
    url = models.URLField(max_length=2000)
    language = models.CharField(max_length=12)
    type = models.CharField(max_length=20)
    published_on = models.DateField()


class Claim(models.Model):
    slug = models.SlugField(max_length=80, primary_key=True)
    statement = models.JSONField()
    summary = models.JSONField()
    analysis = models.JSONField()
    language = models.CharField(max_length=12)
    confidence = models.CharField(max_length=10)
    claimed_on = models.DateField()
    published_at = models.DateTimeField()
    modified_at = models.DateTimeField()
    author = models.CharField(max_length=100)
    reviewer = models.CharField(max_length=100)
    claimant = models.ForeignKey(Subject, models.PROTECT, related_name="made")
    rating = models.ForeignKey(Rating, models.PROTECT)
    topics = models.ManyToManyField(Topic)
    subjects = models.ManyToManyField(Subject)

    class Meta:
        app_label = "stock"
        indexes = [
            models.Index(fields=["-modified_at"]),
            models.Index(fields=["rating", "-modified_at"]),
            models.Index(fields=["claimant", "-modified_at"]),
        ]

    def __str__(self):
        return self.slug


class Appearance(models.Model):
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="appearances")
    source = models.ForeignKey(Source, models.PROTECT)
    quote = models.TextField()
    section = models.CharField(max_length=20)

    class Meta:
        app_label = "stock"

    def __str__(self):
        return self.quote


class Evidence(models.Model):
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="evidence")
    source = models.ForeignKey(Source, models.PROTECT)
    number = models.IntegerField()
    stance = models.CharField(max_length=10)
    finding = models.JSONField()
    quote = models.TextField()
    locator = models.CharField(max_length=200)

    class Meta:
        app_label = "stock"
        ordering = ["number"]

    def __str__(self):
        return self.quote


MODELS = [Rating, Topic, Subject, Publisher, Source, Claim, Appearance, Evidence]
