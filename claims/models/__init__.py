from .claim import (
    Appearance,
    Claim,
    ClaimRelation,
    ClaimSubject,
    ClaimTopic,
    ClaimTranslation,
)
from .edition import Edition
from .evidence import Contact, Evidence, EvidenceTranslation
from .external import Checker, ExternalReview, RatingLabel, SameClaim
from .hooks import Delivery, Webhook
from .index import (
    ReviewEntry,
    ReviewPosting,
    ReviewTerm,
    SearchClaim,
    SearchPosting,
    SearchTerm,
    SearchWord,
)
from .jobs import Job, JobError
from .keys import AccessKey
from .links import PublishedLink
from .pages import Page, PageTranslation
from .record import ClaimRedirect, PublishedClaim, PublishedPage, PublishedTerm, Revision
from .timestamps import Timestamp
from .tips import Submission
from .verdict import Verdict, VerdictTranslation
from .vocabulary import (
    Rating,
    RatingScale,
    RatingTranslation,
    Subject,
    SubjectTranslation,
    Topic,
    TopicTranslation,
)
from .workflow import Comment, Correction, CorrectionTranslation, Look, MatchDecision

__all__ = [
    "AccessKey",
    "Appearance",
    "Checker",
    "Claim",
    "ClaimRedirect",
    "ClaimRelation",
    "ClaimSubject",
    "ClaimTopic",
    "ClaimTranslation",
    "Comment",
    "Contact",
    "Correction",
    "CorrectionTranslation",
    "Delivery",
    "Edition",
    "Evidence",
    "EvidenceTranslation",
    "ExternalReview",
    "Job",
    "JobError",
    "Look",
    "MatchDecision",
    "Page",
    "PageTranslation",
    "PublishedClaim",
    "PublishedLink",
    "PublishedPage",
    "PublishedTerm",
    "Rating",
    "RatingLabel",
    "RatingScale",
    "RatingTranslation",
    "ReviewEntry",
    "ReviewPosting",
    "ReviewTerm",
    "Revision",
    "SameClaim",
    "SearchClaim",
    "SearchPosting",
    "SearchTerm",
    "SearchWord",
    "Subject",
    "SubjectTranslation",
    "Submission",
    "Timestamp",
    "Topic",
    "TopicTranslation",
    "Verdict",
    "VerdictTranslation",
    "Webhook",
]
